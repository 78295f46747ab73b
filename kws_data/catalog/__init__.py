"""Every clip, who said it, where it comes from and on what terms: SQLite beside audio stored by its hash.

May import: ``config``, ``system``, ``audio.py`` and below.
Start reading at ``catalog.py`` (the door), ``schema.py`` (the tables).
"""
