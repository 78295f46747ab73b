"""The audit: what is wrong with single clips and with a catalogue as a whole, each finding with a reason and an action.

Start reading at ``checks.py`` (the table of checks) and ``audit.py``.
"""
