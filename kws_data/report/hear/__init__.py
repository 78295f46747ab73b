"""What clips and moments to listen to are made of: player, waveform, spectrogram, scores over time, provenance.

Start reading at ``card.py``.
"""
