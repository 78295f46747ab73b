"""A .tflite file becomes plain C that gives TFLM's bytes: lowering, memory plan, C text.

May import: ``tflite``, ``boards``, ``toolchain``, ``firmware``.
Start reading at ``lower.py`` (operators), then ``plan.py`` (memory) and ``emit.py`` (C).
"""
