"""What to fix next, in three sentences, each with its numbers and what to do.

Start reading at ``rank.py``; ``on_run.py``, ``on_clips.py`` and ``on_streams.py`` find what there is to say.
"""
