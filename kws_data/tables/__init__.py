"""Tables that others wrote: CSV, TSV and JSON into rows, whose columns mean what, which files they name.

May import: ``errors``. Start reading at ``table.py``.
"""
