"""Which clips to label next, and what to record: by doubt, by difference, by a committee, by failing slices, mixed.

May import: as ``quality``. Start reading at ``choose.py``.
"""
