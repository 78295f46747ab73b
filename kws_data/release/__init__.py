"""What is given away: datasheet, Croissant, other tools' layouts, takes of a session.

May import: ``dataset``, ``coverage``, ``catalog`` and below. Start reading at ``documents.py``, ``write.py``.
"""
