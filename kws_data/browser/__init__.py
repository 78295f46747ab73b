"""The detector in a browser: the board's own C as WebAssembly, in one page.

May import: ``bundle.py``, ``deploy``, ``pages`` and below. Start reading at ``page.py``.
"""
