"""Another tempo, another pitch: other speakers, from those there are.

Names as in audiomentations: ``TimeStretch`` and ``PitchShift``. Here the word stays in the middle of the clip.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from kws_data.augment.native.library import library, rows_of

HOP_S = 0.016  # half a frame of the overlap-add: two periods of a low voice to a frame
TAPS, PHASES, UNIT = 16, 512, 1 << 14  # as in kws_augment.h
PASS_BAND = 0.92  # of half the lower rate
SEMITONES_MAX = 12

Clips = NDArray[np.int16]
Values = NDArray[np.float64]


def change_voice(clips: Clips, tempo: Values, semitones: Values, rate_hz: int) -> Clips:
    """Clips said ``tempo`` times as fast and ``semitones`` higher, about their middle.

    The length stays: what falls outside is cut, what is missing is zero. Overlap-add makes the clip last as long as
    playing it faster or slower for the pitch will shorten or lengthen it, so it happens once for both.

    Args:
        clips: int16 ``[n, samples]``.
        tempo: ``[n]``, 0.25 to 4.
        semitones: ``[n]``, -12 to 12; formants move with the pitch, as in audiomentations.
        rate_hz: of the clips.

    Returns:
        int16 ``[n, samples]``.
    """
    clips = rows_of(clips, np.int16)
    changed = np.empty_like(clips)
    for row, (speed, steps) in enumerate(zip(tempo.tolist(), semitones.tolist(), strict=True)):
        ratio = 2.0 ** (steps / 12.0)
        if ratio == 1.0:
            _stretch(clips[row], changed[row], speed, rate_hz)
            continue
        longer = np.zeros(round(clips.shape[1] * ratio) + 4 * TAPS, np.int16)
        inner = longer[TAPS:-TAPS]
        _stretch(clips[row], inner, speed / ratio, rate_hz)
        _resample(inner, changed[row], ratio, steps)
    return changed


def change_tempo(clips: Clips, tempo: Values, rate_hz: int) -> Clips:
    """:func:`change_voice` at the same pitch."""
    return change_voice(clips, tempo, np.zeros(len(clips)), rate_hz)


def change_pitch(clips: Clips, semitones: Values, rate_hz: int) -> Clips:
    """:func:`change_voice` at the same tempo."""
    return change_voice(clips, np.ones(len(clips)), semitones, rate_hz)


def _stretch(clip: Clips, out: Clips, factor: float, rate_hz: int) -> None:
    hop, native = hop_samples(rate_hz), library()
    work = np.empty(native.kws_stretch_work(len(clip), hop), np.int16)
    native.kws_stretch(clip, len(clip), out, len(out), round(factor * 65_536), hop,
                       _fade(hop), work)  # fmt: skip


def _resample(inner: Clips, out: Clips, ratio: float, semitones: float) -> None:
    kernel = _kernel(max(0, int(np.ceil(semitones))))
    library().kws_resample(inner, len(inner), out, len(out), round(ratio * 2**32), kernel)


def hop_samples(rate_hz: int) -> int:
    """Half a frame, in whole eights of samples."""
    return max(64, round(HOP_S * rate_hz / 8) * 8)


@cache
def _fade(hop: int) -> NDArray[np.int32]:
    """Rising half of a Hann window, 0 to 32768."""
    angle = np.pi * (np.arange(hop) + 0.5) / hop
    return np.rint(16_384.0 * (1.0 - np.cos(angle))).astype(np.int32)


@cache
def _kernel(semitones: int) -> NDArray[np.int16]:
    """Windowed sincs ``[phases, taps]`` that pass what stays below half the rate when played ``semitones`` higher."""
    cutoff = PASS_BAND * 2.0 ** (-semitones / 12.0)
    place = np.arange(TAPS) - (TAPS // 2 - 1) - np.arange(PHASES)[:, np.newaxis] / PHASES
    window = np.i0(6.0 * np.sqrt(np.maximum(0.0, 1.0 - (place / (TAPS / 2)) ** 2)))
    kernel = np.sinc(cutoff * place) * window
    weights: NDArray[np.int16] = np.rint(kernel / kernel.sum(1, keepdims=True) * UNIT).astype(np.int16)
    return weights
