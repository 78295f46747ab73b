"""From the catalogue to a data set: which clips, whose, in which split, without leaks; then manifest and features.

May import: ``features`` and below, but not ``sources``: what belongs to a configuration is noted in ``catalog``.
Start reading at ``plan.py`` (who is where), ``build.py`` (files).
"""
