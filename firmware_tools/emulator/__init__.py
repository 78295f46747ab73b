"""The board that is not there: a Cortex-M4F that runs the real image, with a UART, a microphone and a cycle counter.

May import: ``image``, ``boards``, ``protocol``, ``toolchain``.
Start reading at ``board.py`` (power, port, microphone); the machine itself is C in ``native/``.
"""
