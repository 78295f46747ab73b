"""Which clips fail: a run's test clips cut by all that is known of them, and the worst cuts found.

May import: ``evaluation``, ``dataset``, ``statistics`` and below. Start reading at ``search.py``.
"""
