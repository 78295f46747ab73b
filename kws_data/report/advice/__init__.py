"""What to fix next, in three sentences, each with its numbers and what to do.

Start reading at ``rank.py``. Findings come from ``on_run.py``, ``on_clips.py``, ``on_streams.py``, ``on_slices.py``.
"""
