"""Limits, measured and held: bytes, RAM, time; what weighs most.

May import: ``deploy``, ``bundle.py`` and below. Start reading at ``budget.py``.
"""
