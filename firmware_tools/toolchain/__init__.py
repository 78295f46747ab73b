"""The C compilers: a shared library for this machine, an image for a core, WebAssembly for a browser.

May import: ``firmware``. Start reading at ``compile.py``; cores are named in ``cores.py``.
"""
