"""The streaming engine: the layers that slide over time, one column at a time; what comes after them, once a hop.

Start reading at ``columns.py``: which layers stream, and when each makes its columns. ``steps.py`` makes kernel calls
of them, ``plan.py`` gives them memory, ``emit.py`` writes the C.
"""
