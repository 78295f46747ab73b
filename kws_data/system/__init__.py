"""This machine: processes, storage, native output, which code made something, and how long a run still takes.

May import: ``errors.py`` and below. Start reading at ``code_version.py``, ``processes.py``.
"""
