"""A firmware image: compiled, linked, every byte accounted for.

May import: ``boards``, ``toolchain``, ``firmware``. Start reading at ``build.py``.
"""
