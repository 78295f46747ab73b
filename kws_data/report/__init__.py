"""The page of a run, and report.json.

May import: ``evaluation``, ``gate``, ``pages`` and below. Start reading at ``write.py``.
"""
