"""Who is in the data, who is missing, and counts that may be published.

May import: ``catalog``, ``config`` and below. Start reading at ``crosstab.py``.
"""
