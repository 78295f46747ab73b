"""``kws listen``: what a board hears, live.

May import: the whole library. Start reading at ``command.py``.
"""
