"""How well what is wrong with a catalogue is found: errors are planted with a seed, and looked for.

May import: all below ``kws_data.cli``. Start reading at ``rows.py``.
"""
