"""The integer front end: samples to int8 features, the same C on the board and on the host.

May import: ``toolchain``, ``firmware``.
Start reading at ``spec.py`` (parameters), ``design.py`` (constants), ``host.py``.
Nothing is imported here, so that reading a configuration, which needs only ``spec.py``, stays fast.
"""
