"""A bundle becomes something that is flashed or compiled in: generated C, images, files for TFLM.

May import: ``firmware_tools``, ``bundle.py``. Start reading at ``images.py``.
"""
