"""Synthetic people: who they are, which words they say, which engine speaks, noise that is made.

May import: ``catalog``, ``config`` and below. Start reading at ``people.py``.
"""
