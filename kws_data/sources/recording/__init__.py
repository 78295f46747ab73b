"""People and boards: sessions, guided takes, several boards, verdicts on takes.

May import: ``catalog``, ``config`` and below. Start reading at ``sessions.py``.
"""
