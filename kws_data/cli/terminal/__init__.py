"""All that draws on a terminal: tables, meters, figures, the summary of a run.

May import: the whole library. Start reading at ``table.py``.
"""
