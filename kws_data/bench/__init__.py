"""``kws bench``: kws on this machine against a named baseline; each part a room or a file.

May import: everything below the command line. Start reading at ``speed.py``; ``build/``, ``record/``.
"""
