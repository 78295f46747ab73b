"""The serial line to a board: ports, opening, requests, clocks, and faults on purpose.

May import: ``emulator``, ``boards``, ``protocol``.
Start reading at ``serial_link.py`` (requests over a line), ``session.py`` (an open board).
"""
