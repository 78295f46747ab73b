"""A frozen speech encoder: features that know words, of any audio.

May import: ``features`` and below. Start reading at ``encoder.py``.
"""
