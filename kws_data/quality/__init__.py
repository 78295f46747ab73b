"""What a data set should not hold: redundant, obsolete and trivial clips, clips that teach nothing.

May import: ``evaluation``, ``catalog`` and below. Start reading at ``rot.py``.
"""
