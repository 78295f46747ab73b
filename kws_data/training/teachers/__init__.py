"""Large models that the small one follows.

May import: as ``training``. Start reading at ``soft_targets.py``.
"""
