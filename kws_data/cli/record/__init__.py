"""``kws record``: guided, scripted, without an end; screens and keys.

May import: the whole library. Start reading at ``command.py``.
"""
