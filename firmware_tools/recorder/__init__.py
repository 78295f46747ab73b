"""The client of the recorder app: captures without a lost sample, self-tests, a verdict on each clip.

May import: ``link`` and below. Start reading at ``clip.py`` (one clip), ``capture.py`` (a stream).
"""
