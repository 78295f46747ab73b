"""What a data set should not hold: redundant, obsolete and trivial clips, clips that teach nothing.

May import: ``evaluation``, ``training``, ``catalog`` and below. Start reading at ``rot.py``; of labels, at
``out_of_fold.py``.
"""
