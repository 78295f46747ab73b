"""This machine: processes, storage, native output, and which code made something.

May import: ``errors.py`` and below. Start reading at ``code_version.py``, ``processes.py``.
"""
