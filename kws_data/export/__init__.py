"""Float to int8 to bundle: quantisation, slimming, threshold, parity of all engines.

May import: ``training``, ``evaluation``, ``models``, ``deploy`` and below. Start reading at ``export.py``.
"""
