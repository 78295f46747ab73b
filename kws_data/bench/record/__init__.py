"""What serial capture loses, mistakes and survives.

May import: everything below the command line. Start reading at ``rows.py`` (what is measured and wanted).
"""
