"""Where clips come from: imports, synthetic people, recording. None of the three imports another.

May import: ``catalog``, ``config`` and below.
Start reading at ``imports/intake.py``, ``synth/people.py``, ``recording/sessions.py``.
"""
