"""A log-mel spectrogram as a small PNG: one byte a pixel and a palette, written here: 150 figures would take long.

The picture is of the sound, not of what the front end makes of it: a reader should see what is heard.
"""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples

BANDS, WINDOW_S, LEVELS = 48, 0.032, 64
RANGE_DB = 65.0  # below the loudest spot all is the palette's darkest
LOUD_DB = 20.0  # below the loudest moment, still called loud


@dataclass(frozen=True)
class Spectrogram:
    """Levels in dB ``[bands, columns]``, the lowest band first, of ``seconds`` of sound.

    ``centres_hz`` are those of the bands.
    """

    db: NDArray[np.float64]
    centres_hz: NDArray[np.float64]
    seconds: float

    def png(self) -> bytes:
        """The picture, low bands at the bottom; the same bytes for the same levels."""
        shown = np.clip((self.db - self.db.max() + RANGE_DB) / RANGE_DB, 0, 1)
        return palette_png(np.round(shown[::-1] * (LEVELS - 1)).astype(np.uint8), _palette())

    def uri(self) -> str:
        """The picture as a data: URI."""
        return "data:image/png;base64," + base64.b64encode(self.png()).decode()

    def words(self) -> str:
        """What is to be seen, for those who do not see it."""
        power = 10.0 ** (self.db / 10.0)
        over_time = 10.0 * np.log10(power.sum(axis=0) + 1e-9)
        loud = np.flatnonzero(over_time >= over_time.max() - LOUD_DB)
        column_s = self.seconds / self.db.shape[1]
        band = self.centres_hz[int(power.sum(axis=1).argmax())]
        return (
            f"Spectrogram of {self.seconds:.1f} s: loud from {loud[0] * column_s:.2f} to "
            f"{(loud[-1] + 1) * column_s:.2f} s, most of it around {_hertz(band)}"
        )


def log_mel(samples: Samples, rate_hz: int, hop_s: float) -> Spectrogram:
    """Levels of ``samples`` (int16 ``[n]``) in BANDS mel bands up to half the rate, a column every ``hop_s``.

    Hann windows, triangles evenly spaced on the mel scale of HTK (2595 log10(1 + f / 700)).
    """
    window, hop = round(WINDOW_S * rate_hz), max(1, round(hop_s * rate_hz))
    columns = max(1, -(-len(samples) // hop))
    padded = np.zeros(columns * hop + window, np.float64)
    padded[window // 2 : window // 2 + len(samples)] = samples
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[: columns * hop : hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(window), axis=1)) ** 2
    weights, centres = _triangles(window, rate_hz)
    return Spectrogram(10.0 * np.log10(weights @ power.T + 1.0), centres, len(samples) / rate_hz)


@cache
def _triangles(window: int, rate_hz: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights ``[bands, bins]`` and the bands' centres in Hz."""
    top = 2_595.0 * np.log10(1.0 + rate_hz / 2 / 700.0)
    edges = 700.0 * (10.0 ** (np.linspace(0.0, top, BANDS + 2) / 2_595.0) - 1.0)
    bins = np.fft.rfftfreq(window, 1 / rate_hz)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    weights = np.maximum(0.0, np.minimum(rising, falling))
    nearest = np.abs(bins - edges[1:-1, None]).argmin(axis=1)
    weights[np.arange(BANDS), nearest] = np.maximum(weights[np.arange(BANDS), nearest], 1e-3)  # none without a bin
    return weights, edges[1:-1]


@cache
def _palette() -> bytes:
    """Red, green and blue of LEVELS colours, dark to light: matplotlib's magma."""
    from matplotlib import colormaps

    return bytes(np.round(colormaps["magma"](np.linspace(0, 1, LEVELS))[:, :3] * 255).astype(np.uint8).tobytes())


def palette_png(pixels: NDArray[np.uint8], palette: bytes) -> bytes:
    """A PNG (ISO/IEC 15948, colour type 3) of indices ``[height, width]`` into a palette of RGB bytes."""
    height, width = pixels.shape
    rows = np.zeros((height, width + 1), np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = pixels
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def _hertz(value: float) -> str:
    return f"{value / 1_000:.1f} kHz" if value >= 1_000 else f"{round(value, -1):.0f} Hz"
