"""A bundle becomes something that is flashed or compiled in: generated C, images, files for TFLM.

May import: ``system``, ``bundle.py``, ``firmware_tools``. Start reading at ``images.py``.
"""
