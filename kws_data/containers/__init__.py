"""What the header of an audio file promises, and what of it is there; the decoder believes most headers without a word.

Pure functions on open files, a format a file. May import: ``errors.py`` and below.
Start reading at ``look.py`` (which format it is), ``promise.py`` (what comes back).
"""
