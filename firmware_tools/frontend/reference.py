"""What the front end must agree with: librosa with the same parameters.

| FrontendSpec              | librosa                                                                  |
|---------------------------|--------------------------------------------------------------------------|
| ``window_samples``        | ``win_length``; ``window="hann"`` (periodic)                             |
| ``fft_size``              | ``n_fft``                                                                |
| ``hop_samples``           | ``hop_length``; ``center=False``                                         |
| ``mel_bands``             | ``n_mels``; ``norm="slaney"``, ``power=2.0``                             |
| ``low_hz``, ``high_hz``   | ``fmin``, ``fmax``                                                       |
| ``mel_scale``             | ``htk=(mel_scale == "htk")``                                             |
| ``floor_db``              | ``amin=10 ** (floor_db / 10)``, ``ref=1.0``, ``top_db=None``             |
| ``coefficients``          | ``n_mfcc``; ``dct_type=2``, ``norm="ortho"``, ``lifter=0``               |

Samples are scaled to +-1 by 1 / 32768. ``top_db`` is off because it needs the loudest frame of the whole clip, which a
board that listens does not know. librosa centres a window that is shorter than ``n_fft`` within it; the samples
are shifted by as much, so that frame ``t`` covers the samples from ``t * hop_samples`` on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import FrontendError
from firmware_tools.frontend.spec import FrontendSpec


def reference_features(spec: FrontendSpec, samples: NDArray[np.int16]) -> NDArray[np.float64]:
    """Log-mel levels or mel cepstra in dB, ``[frames, features]``, of one clip ``[samples]`` by librosa.

    Raises:
        FrontendError: not int16, or shorter than a window.
    """
    import librosa

    if samples.dtype != np.int16 or samples.ndim != 1 or len(samples) < spec.window_samples:
        raise FrontendError("reference needs int16 samples of a window or more", samples.shape, "")
    missing = spec.fft_size - spec.window_samples
    padded = np.pad(samples.astype(np.float64) / 32768.0, (missing // 2, missing - missing // 2))
    energy = librosa.feature.melspectrogram(
        y=padded,
        sr=spec.sample_rate_hz,
        n_fft=spec.fft_size,
        hop_length=spec.hop_samples,
        win_length=spec.window_samples,
        window="hann",
        center=False,
        power=2.0,
        n_mels=spec.mel_bands,
        fmin=spec.low_hz,
        fmax=spec.high_hz,
        htk=spec.mel_scale == "htk",
        norm="slaney",
        dtype=np.float64,
    )
    levels = librosa.power_to_db(energy, ref=1.0, amin=10.0 ** (spec.floor_db / 10.0), top_db=None)
    if spec.kind == "mfcc":
        levels = librosa.feature.mfcc(S=levels, n_mfcc=spec.coefficients, dct_type=2, norm="ortho")
    return np.asarray(levels.T, dtype=np.float64)
