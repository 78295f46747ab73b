"""How long a report takes to write and to open, on a run of 100,000 test clips that was made up.

Start reading at ``bench.py``.
"""
