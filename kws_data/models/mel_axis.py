"""Which axis of the features is frequency."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.frontend.scaling import quantisation
from firmware_tools.frontend.spec import FrontendSpec


@dataclass(frozen=True)
class MelAxis:
    """The linear way from centred features to mel bands and back: ``mel = x @ to_mel``, ``x = mel @ from_mel``."""

    to_mel: NDArray[np.float32]
    from_mel: NDArray[np.float32]


def mel_axis(spec: FrontendSpec) -> MelAxis:
    """Matrices between int8-scaled features and mel bands in dB.

    Args:
        spec: the front end.

    Returns:
        ``to_mel`` [features, bands] and its (pseudo-)inverse ``from_mel`` [bands, features].
    """
    _, steps = quantisation(spec)  # dB of one int8 step of each feature
    if spec.kind != "mfcc":
        basis = np.eye(spec.mel_bands)
    else:
        n = np.arange(spec.mel_bands)
        k = np.arange(spec.coefficients)[:, None]
        basis = np.sqrt(2.0 / spec.mel_bands) * np.cos(np.pi * k * (n + 0.5) / spec.mel_bands)
        basis[0] /= np.sqrt(2.0)
    to_mel = (steps[:, None] * basis).astype(np.float32)
    return MelAxis(to_mel, (basis.T / steps).astype(np.float32))
