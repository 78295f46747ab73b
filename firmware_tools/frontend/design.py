"""The real-valued quantities behind a front end: window, twiddle factors, mel filters, cosines.

``tables.py`` rounds them to integers; ``floating.py`` computes with them as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import FrontendError
from firmware_tools.frontend.spec import FrontendSpec

Reals = NDArray[np.float64]

OCTAVE_DB = 10.0 * np.log10(2.0)
"""10 log10(2): dB of one octave of energy."""

LEAST_FILTER_WEIGHT = 0.05


@dataclass(frozen=True)
class FrontendDesign:
    """Real-valued constants of one front end. See :func:`design`."""

    window: Reals  # [window_samples], periodic Hann
    first_bin: int  # first spectrum bin above low_hz
    segments: NDArray[np.int64]  # [mel_bands + 1], bins between neighbouring mel points
    fall: Reals  # [sum(segments)], weight of a bin in the lower of its two filters
    band_norm: Reals  # [mel_bands], Slaney's area normalisation 2 / (upper - lower), 1 / Hz
    dct: Reals  # [features, mel_bands], orthonormal DCT-II; the identity for log-mel


def hz_to_mel(hz: Reals, scale: str) -> Reals:
    """Mel of a frequency: ``htk`` 2595 log10(1 + f / 700); ``slaney`` linear to 1 kHz, then logarithmic.

    Source: HTK Book 3.4; M. Slaney, Auditory Toolbox, 1998 (both as in librosa).
    """
    hz = np.asarray(hz, dtype=np.float64)
    if scale == "htk":
        return 2595.0 * np.log10(1.0 + hz / 700.0)
    log_step = np.log(6.4) / 27.0
    return np.where(hz < 1000.0, hz * 3.0 / 200.0, 15.0 + np.log(np.maximum(hz, 1e-9) / 1000.0) / log_step)


def mel_to_hz(mel: Reals, scale: str) -> Reals:
    """Inverse of :func:`hz_to_mel`."""
    mel = np.asarray(mel, dtype=np.float64)
    if scale == "htk":
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    log_step = np.log(6.4) / 27.0
    return np.where(mel < 15.0, mel * 200.0 / 3.0, 1000.0 * np.exp(log_step * (mel - 15.0)))


def dct_matrix(rows: int, columns: int) -> Reals:
    """First ``rows`` rows of the orthonormal DCT-II of size ``columns``."""
    k, n = np.arange(rows)[:, None], np.arange(columns)[None, :]
    matrix: Reals = np.sqrt(2.0 / columns) * np.cos(np.pi * k * (2 * n + 1) / (2 * columns))
    matrix[0] /= np.sqrt(2.0)
    return matrix


def design(spec: FrontendSpec) -> FrontendDesign:
    """Constants of ``spec``.

    Raises:
        FrontendError: a mel filter is so narrow that (almost) no spectrum bin falls into it.
    """
    n = np.arange(spec.window_samples)
    low, high = hz_to_mel(np.array([spec.low_hz, spec.high_hz]), spec.mel_scale)
    points = mel_to_hz(np.linspace(low, high, spec.mel_bands + 2), spec.mel_scale)
    bin_hz = np.arange(spec.fft_size // 2 + 1) * spec.sample_rate_hz / spec.fft_size
    # A bin at f with points[s] < f < points[s + 1] lies in segment s; on a point it has weight 1 either way.
    segment = np.searchsorted(points, bin_hz, side="left") - 1
    used = (segment >= 0) & (segment <= spec.mel_bands) & (bin_hz < points[-1])
    s = segment[used]
    fall = (points[s + 1] - bin_hz[used]) / (points[s + 1] - points[s])
    _check_filters(spec, s, fall)
    return FrontendDesign(
        window=0.5 - 0.5 * np.cos(2.0 * np.pi * n / spec.window_samples),
        first_bin=int(np.argmax(used)),
        segments=np.bincount(s, minlength=spec.mel_bands + 1),
        fall=fall,
        band_norm=2.0 / (points[2:] - points[:-2]),
        dct=dct_matrix(spec.features, spec.mel_bands) if spec.kind == "mfcc" else np.eye(spec.mel_bands),
    )


def _check_filters(spec: FrontendSpec, segment: NDArray[np.int64], fall: Reals) -> None:
    rising = np.bincount(segment, weights=1.0 - fall, minlength=spec.mel_bands + 1)[:-1]
    falling = np.bincount(segment, weights=fall, minlength=spec.mel_bands + 1)[1:]
    empty = np.flatnonzero(rising + falling < LEAST_FILTER_WEIGHT)
    if empty.size:
        raise FrontendError(
            f"front end: mel filter {empty[0]} is narrower than one bin of {spec.sample_rate_hz / spec.fft_size:g} Hz",
            spec.mel_bands,
            "use fewer mel_bands or a longer window_samples",
        )
