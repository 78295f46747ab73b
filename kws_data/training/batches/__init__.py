"""What a step of training sees: draws, masks, mixtures.

May import: as ``training``. Start reading at ``draw.py``.
"""
