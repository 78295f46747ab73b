"""``kws label``: the page in which clips are labelled.

May import: what ``web`` may. Start reading at ``app.py``.
"""
