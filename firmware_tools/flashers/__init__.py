"""Getting an image onto a board: one interface, one class a tool.

May import: ``link``, ``emulator``, ``image``, ``boards``. Start reading at ``flasher.py`` (the interface) and
``on_hardware.py`` (what all tools for real boards share); ``find.py`` finds a tool by its name.
"""
