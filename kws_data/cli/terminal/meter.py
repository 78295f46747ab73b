"""Sound as a few characters: level meter, waveform, spectrogram. Pure functions: samples in, text out.

Levels are dB relative to full scale, as :mod:`firmware_tools.levels` measures them.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from firmware_tools.levels import FULL_SCALE, decibels
from kws_data.audio import Samples

METER_FLOOR_DB = -60.0
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_SHADES = " ·░▒▓█"
_COLUMN = "▁▂▃▄▅▆▇█"


def bar(db: float, width: int, peak_db: float | None = None) -> str:
    """A level as a bar of ``width`` characters from ``METER_FLOOR_DB`` to 0 dB, with a mark at ``peak_db``."""
    eighths = round(_share(db) * width * 8)
    full, part = divmod(eighths, 8)
    text = ("█" * full + (_EIGHTHS[part] if part else "")).ljust(width)[:width]
    if peak_db is None or peak_db <= METER_FLOOR_DB:
        return text
    mark = min(width - 1, int(_share(peak_db) * width))
    return text[:mark] + "│" + text[mark + 1 :] if mark >= full else text


def _share(db: float) -> float:
    return min(1.0, max(0.0, (db - METER_FLOOR_DB) / -METER_FLOOR_DB))


def waveform(samples: Samples, width: int) -> str:
    """Envelope as one line of ``width`` characters, each as high as the peak of its stretch (-48 dB to full scale)."""
    if not samples.size:
        return " " * width
    edges = np.linspace(0, len(samples), width + 1).astype(int)
    peaks = [float(np.abs(samples[a:b].astype(np.int32)).max()) if b > a else 0.0 for a, b in pairwise(edges)]
    return "".join(_height(peak / FULL_SCALE) for peak in peaks)


def _height(share: float) -> str:
    above = (decibels(share) + 48.0) / 48.0
    return " " if above <= 0 else _COLUMN[min(len(_COLUMN) - 1, int(above * len(_COLUMN)))]


def spectrogram(samples: Samples, sample_rate_hz: int, width: int, height: int) -> list[str]:
    """Spectrogram as ``height`` lines of ``width`` characters, high frequencies first; darker is louder.

    Bands are spaced evenly on the mel scale, 2595 * log10(1 + f / 700), up to half the sample rate; a shade is 12 dB.
    """
    power = _band_power(samples, sample_rate_hz, width, height)
    shades = np.clip((10.0 * np.log10(power + 1e-12) + 84.0) / 12.0, 0, len(_SHADES) - 1).astype(int)
    return ["".join(_SHADES[s] for s in row) for row in shades[::-1]]


def _band_power(samples: Samples, sample_rate_hz: int, width: int, height: int) -> NDArray[np.float64]:
    """Power [height, width] in mel bands, low first; 1 is a full-scale square wave's."""
    size = 512
    if len(samples) < size:
        return np.zeros((height, width))
    starts = np.linspace(0, len(samples) - size, width).astype(int)
    window = np.hanning(size)
    frames = samples[starts[:, None] + np.arange(size)].astype(np.float64) / FULL_SCALE * window
    power = np.abs(np.fft.rfft(frames)) ** 2 / (window.sum() / 2) ** 2
    mel = np.linspace(0, 2595 * np.log10(1 + sample_rate_hz / 2 / 700), height + 1)
    edges = np.round(700 * (10 ** (mel / 2595) - 1) / sample_rate_hz * size).astype(int)
    return np.stack([power[:, a : max(a + 1, b)].max(1) for a, b in pairwise(edges)])
