"""How sure a figure is: intervals by clip and by speaker, paired tests, curves, many tests at once. Numbers only.

May import: ``errors.py``. Start reading at ``intervals.py``.
"""
