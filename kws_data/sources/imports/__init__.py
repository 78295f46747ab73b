"""Folders, tables and addresses into the catalogue; broken files set aside with their reason.

May import: ``catalog``, ``config`` and below.
Start reading at ``intake.py`` (taking in), ``find_layout.py`` (layouts by name).
"""
