"""Everything that runs on a board or talks to one: C firmware, front end, engine, emulator, link.

This is the lower of the project's two packages. It knows arrays, files and bytes, not data sets,
and never imports ``kws_data``.
"""
