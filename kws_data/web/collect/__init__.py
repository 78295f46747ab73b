"""``kws collect``: the page on which people record words, with their consent, and withdraw.

May import: what ``web`` may. Start reading at ``app.py``.
"""
