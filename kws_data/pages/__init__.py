"""The HTML kit: page, tables, plots; what every page of ours is made of.

May import: nothing of the project. Start reading at ``html.py``.
"""
