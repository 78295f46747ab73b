"""What may happen to a training clip before its features are computed. Each transform is a pure function of a batch
of rows with its parameters given; names and meanings are those of audiomentations, the loops are in C (``native/``).

May import: ``config``, ``audio.py`` and below. Start reading at ``chain.py`` (the order), then any transform.
"""
