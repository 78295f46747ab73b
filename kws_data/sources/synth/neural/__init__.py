"""Neural voices: networks in ONNX files that say a text.

May import: as ``sources``. Start reading at ``voice.py``.
"""
