"""What a browser sends as a take: bare samples, whose length and rate are all that could lie.

No container is read: a body is little-endian int16 or float32, mono, and its rate is a number in the address. So there
is no header to be believed, and no decoder of another language sees what a stranger sends. What comes out is resampled
to 16 kHz (soxr) and encoded anew.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kws_data.audio import Samples, resample_int16
from kws_data.errors import AudioError

RATE_HZ = 16_000
RATES_HZ = (8_000, 96_000)
LONGEST_S = 4.0
SHORTEST_S = 0.2
LOUDEST = 4.0  # of float samples, 1 is full scale
FORMS = {"s16": 2, "f32": 4}
MOST_BYTES = int(LONGEST_S * RATES_HZ[1] * FORMS["f32"])
_NAME = Path("upload")


def samples_of(body: bytes, form: str, rate_hz: int) -> Samples:
    """int16 [n] at 16 kHz of a body.

    Args:
        body: samples as they were sent.
        form: one of :data:`FORMS`.
        rate_hz: of the browser's microphone.

    Raises:
        AudioError: another form or rate, too short or too long, cut within a sample, or not finite.
    """
    if form not in FORMS:
        raise AudioError("form of samples is not known", form[:20], f"send {' or '.join(FORMS)}")
    if not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
        raise AudioError("sample rate is none of a microphone", rate_hz, f"{RATES_HZ[0]} to {RATES_HZ[1]} Hz")
    count, rest = divmod(len(body), FORMS[form])
    if rest:
        raise AudioError("body ends within a sample", len(body), "send it again")
    if not SHORTEST_S * rate_hz <= count <= LONGEST_S * rate_hz:
        limits = f"{SHORTEST_S:g} to {LONGEST_S:g} s are taken"
        raise AudioError("take is too short or too long", f"{count / rate_hz:.2f} s", limits)
    return resample_int16(_NAME, _in_16_bits(body, form), rate_hz, RATE_HZ)


def _in_16_bits(body: bytes, form: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    if form == "s16":
        return np.frombuffer(body, "<i2").astype(np.float64)
    values = np.frombuffer(body, "<f4").astype(np.float64)
    if not np.isfinite(values).all():
        raise AudioError("samples are no numbers", form, "send them again")
    if np.abs(values).max(initial=0.0) > LOUDEST:
        raise AudioError("samples are far above full scale", form, "1 is full scale")
    return np.clip(values, -1.0, 32_767 / 32_768) * 32_768
