"""A data set's datasheet, as Markdown and as a page.

May import: as ``release``. Start reading at ``sections.py``.
"""
