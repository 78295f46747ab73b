"""What a board is: its file, and what a USB identity stands for.

May import: ``toolchain``, ``firmware``. Start reading at ``spec.py`` (a board file, checked).
"""
