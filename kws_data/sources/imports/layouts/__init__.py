"""One file a layout, each with a ``LAYOUT``.

May import: as ``sources/imports``. Start reading at ``speech_commands.py``.
"""
