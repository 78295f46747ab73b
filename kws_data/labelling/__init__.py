"""Whose label it is: opinions of people and models, the guideline, who agrees with whom, and what is settled.

May import: ``catalog``, ``config``, ``statistics`` and below. Start reading at ``settle.py``.
"""
