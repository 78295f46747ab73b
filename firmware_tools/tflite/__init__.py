"""Model files: read, slimmed, packed to 4 bits, run by the TFLM interpreter.

May import: ``toolchain``, ``firmware``. Start reading at ``graph.py`` (a file as operators and tensors).
"""
