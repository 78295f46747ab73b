"""How data sets are built: speed, memory, the same bytes always.

May import: everything below the command line. Start reading at ``rows.py`` (what is measured and wanted).
"""
