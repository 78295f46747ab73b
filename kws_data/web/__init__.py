"""Pages that answer: where clips are labelled, and where people contribute theirs. The only door to FastAPI.

May import: all but the main flow, the benches and the command line. Start reading at ``guard.py``, then the pages.
"""
