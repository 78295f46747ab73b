"""What a line or a radio does to speech: few bits, a narrow band."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware_tools.protocol import adpcm
from kws_data.augment.convolve import Kernel, convolve, kernel_of

LINE_HZ = 8_000
LINE_BAND_HZ = (300.0, 3_400.0)  # ITU-T G.712
TAPS = 255

Clips = NDArray[np.int16]
Rows = NDArray[np.float32]


def code(clips: Clips, name: str, rate_hz: int) -> Clips:
    """int16 ``[n, samples]`` coded and decoded.

    ``mu_law`` is 8 bits a sample (ITU-T G.711), ``adpcm`` 4 bits (IMA), ``telephone`` mu-law at 8 kHz between 300 and
    3400 Hz.
    """
    if name == "telephone":
        return telephone(clips, rate_hz)
    return {"mu_law": mu_law, "adpcm": ima_adpcm}[name](clips)


def mu_law(clips: Clips) -> Clips:
    """Through 8 bits of mu-law."""
    coded: Clips = _mu_law_table()[clips.astype(np.int32) + 32_768]
    return coded


def ima_adpcm(clips: Clips) -> Clips:
    """Through 4 bits of IMA ADPCM, as on the wire of the recorder."""
    return np.stack([adpcm.decode(adpcm.encode(clip)[0], len(clip))[0] for clip in clips])


def telephone(clips: Clips, rate_hz: int) -> Clips:
    """Through a line of 8 kHz and mu-law; at rates that are no multiple of 8 kHz, of the nearest such."""
    factor, band = max(1, round(rate_hz / LINE_HZ)), [_line_band(clips.shape[1], rate_hz)] * len(clips)
    line = np.zeros(clips.shape, np.float32)
    line[:, ::factor] = mu_law(_integers(convolve(clips.astype(np.float32), band)[:, ::factor]))
    return _integers(factor * convolve(line, band))


def _integers(rows: Rows) -> Clips:
    whole: Clips = np.clip(np.rint(rows), -32_768, 32_767).astype(np.int16)
    return whole


@cache
def _mu_law_table() -> NDArray[np.int16]:
    """What each sample from -32768 on is after coding and decoding: 8 segments of 16 steps either side of zero."""
    bias = 132
    size = np.minimum(np.abs(np.arange(-32_768, 32_768)), 32_635) + bias
    segment = np.floor(np.log2(size)).astype(np.int64) - 7
    step = 8 << segment
    decoded = size // step * step + step // 2 - bias
    table: NDArray[np.int16] = np.where(np.arange(-32_768, 32_768) < 0, -decoded, decoded).astype(np.int16)
    return table


@cache
def _line_band(samples: int, rate_hz: int) -> Kernel:
    """Band-pass of linear phase that leaves the word where it is."""
    place = np.arange(TAPS) - TAPS // 2
    low, high = (2.0 * hz / rate_hz for hz in LINE_BAND_HZ)
    response = (high * np.sinc(high * place) - low * np.sinc(low * place)) * np.hamming(TAPS)
    return kernel_of(response, samples, TAPS // 2)
