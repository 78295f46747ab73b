"""Sounds of many kinds, made by models of what makes them: a file a family, a function a kind.

May import: nothing of the house. Start reading at ``kinds.py``, then ``parts.py``, of which all are made.
"""
