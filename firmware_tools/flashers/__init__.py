"""Getting an image onto a board: one interface, one class a tool.

May import: ``link``, ``emulator``, ``image``, ``boards``. Start reading at ``flasher.py`` (the interface), ``find.py`` (by name).
"""
