"""``kws search``: shapes and front ends within measured limits, by successive halving.

May import: as ``experiments``. Start reading at ``driver.py``.
"""
