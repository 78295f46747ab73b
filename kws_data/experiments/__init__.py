"""Many trainings compared: seeds, speakers, families, shapes.

May import: ``training``, ``export``, ``gate``, ``evaluation`` and below. Start reading at ``compare.py``.
"""
