"""What goes over the line, as values: frames, replies, coded audio; firmware/PROTOCOL.md tells it in words.

May import: ``toolchain``, ``firmware``. Start reading at ``frames.py``.
"""
