"""``kws label``: one file a part.

May import: the whole library. Start reading at ``command.py``.
"""
