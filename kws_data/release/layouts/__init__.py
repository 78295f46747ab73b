"""Layouts that other tools read, one file each.

May import: as ``release``. Start reading at ``speech_commands.py``.
"""
