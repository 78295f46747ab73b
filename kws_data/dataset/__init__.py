"""From the catalogue to a data set: which clips, whose, in which split, without leaks; then manifest and features.

May import: ``features``, ``sources``' notes in ``catalog``, ``coverage`` and below.
Start reading at ``plan.py`` (who is where), ``build.py`` (files).
"""
