"""Random int8 networks through the C engine and through TFLM, bit for bit, as windows and as streams.

Start reading at ``bench.py``. ``draw.py`` draws a network from its number (``windowed.py``, ``streams.py``,
``trained.py``: three ways to wander), ``library.py`` compiles many at once, ``compare.py`` holds one against TFLM,
``worker.py`` is the process that does it.
"""
