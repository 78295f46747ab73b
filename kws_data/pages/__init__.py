"""The HTML kit: page, tables, plots; what every page of ours is made of.

May import: ``errors.py``. Start reading at ``html.py``.
"""
