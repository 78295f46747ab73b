"""Samples as a WAV in memory, for a browser to play."""

from __future__ import annotations

import struct

import numpy as np

from kws_data.audio import Samples


def wav_bytes(samples: Samples, sample_rate_hz: int) -> bytes:
    """int16 mono samples as 16-bit WAV."""
    data = np.ascontiguousarray(samples, "<i2").tobytes()
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, sample_rate_hz, 2 * sample_rate_hz, 2, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", 36 + len(data), b"WAVE") + form + struct.pack("<4sI", b"data", len(data)) + data
    )
