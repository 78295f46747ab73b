"""The C front end's method in double precision: the same steps and the same design, no rounding.

It separates the two ways to be wrong. If it agrees with librosa, the method is right; what is left between it and
the C front end is the rounding of integers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_tools.frontend.design import OCTAVE_DB, FrontendDesign, Reals, design
from firmware_tools.frontend.spec import FrontendSpec


def float_features(spec: FrontendSpec, samples: NDArray[np.int16]) -> Reals:
    """Log-mel levels or mel cepstra in dB, ``[frames, features]``, of one clip ``[samples]``."""
    real = design(spec)
    starts = np.arange(spec.frames(len(samples))) * spec.hop_samples
    frames = samples[starts[:, None] + np.arange(spec.window_samples)] / 32768.0 * real.window
    energy = _mel_energy(spec, real, _real_spectrum(frames, spec.fft_size))
    octaves = np.log2(np.maximum(energy, 10.0 ** (spec.floor_db / 10.0)))
    return np.asarray((OCTAVE_DB * octaves) @ real.dct.T)


def _real_spectrum(frames: Reals, size: int) -> NDArray[np.complex128]:
    """Bins 0 .. size / 2 - 1 by a complex transform of half the size, as in ``split_spectrum``."""
    padded = np.pad(frames, ((0, 0), (0, size - frames.shape[1])))
    pairs = np.fft.fft(padded[:, 0::2] + 1j * padded[:, 1::2], axis=1)
    mirrored = np.conj(np.roll(pairs[:, ::-1], 1, axis=1))
    turn = np.exp(-2j * np.pi * np.arange(size // 2) / size)
    return np.asarray((pairs + mirrored) / 2.0 - 0.5j * turn * (pairs - mirrored))


def _mel_energy(spec: FrontendSpec, real: FrontendDesign, spectrum: NDArray[np.complex128]) -> Reals:
    """Energy of each band by segments between mel points, as in ``mel_levels``."""
    power = np.abs(spectrum[:, real.first_bin : real.first_bin + len(real.fall)]) ** 2
    segment = np.repeat(np.arange(spec.mel_bands + 1), real.segments)
    member = np.eye(spec.mel_bands + 1)[segment]
    falling = (power * real.fall) @ member
    rising = power @ member - falling
    return np.asarray((rising[:, :-1] + falling[:, 1:]) * real.band_norm)
