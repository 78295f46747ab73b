"""What a bundle is worth: clips, streams, response time, on the host and on the board; intervals.

May import: ``features``, ``dataset``, ``bundle.py`` and below.
Start reading at ``detector.py`` (host or board), ``metrics.py``, ``clips.py``, ``streams.py``.
"""
