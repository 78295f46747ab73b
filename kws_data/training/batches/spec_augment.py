"""Augmentation of features: what happens to a batch after a copy of each clip was drawn.

Masks and warps act on mel bands, where they mean something. An MFCC batch is taken there and back by the
orthonormal DCT; both directions are linear and the clip's mean frame is left alone, so that the offsets of the int8
law play no part and a batch without masks comes back as it was.

Masks follow SpecAugment (Park et al. 2019, https://arxiv.org/abs/1904.08779); the warp of the mel axis follows vocal
tract length perturbation (Jaitly and Hinton 2013): it makes other speakers of the same clip.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.models.mel_axis import MelAxis

Batch = NDArray[np.float32]


@dataclass(frozen=True)
class SpecAugment:
    """How far a batch is changed. Every field at 0 changes nothing.

    Args:
        shift_frames: largest shift in time, either way; the edge frame is repeated.
        time_masks, time_mask_frames: how many masks in time, and the longest.
        mel_masks, mel_mask_bands: how many masks in frequency, and the widest.
        warp: largest relative stretch of the mel axis.
    """

    shift_frames: int = 2
    time_masks: int = 1
    time_mask_frames: int = 5
    mel_masks: int = 1
    mel_mask_bands: int = 3
    warp: float = 0.05

    def apply(self, x: Batch, axis: MelAxis, rng: np.random.Generator) -> Batch:
        """A changed copy of ``x`` [clips, frames, features]."""
        x = shifted(x, rng.integers(-self.shift_frames, self.shift_frames + 1, len(x)))
        mean = x.mean(axis=1, keepdims=True)
        centred = x - mean
        mel = centred @ axis.to_mel
        if self.warp:
            mel = warped(mel, rng.uniform(1 - self.warp, 1 + self.warp, len(x)))
        mel *= mask(rng, self.mel_masks, self.mel_mask_bands, len(x), mel.shape[2])[:, None, :]
        mel *= mask(rng, self.time_masks, self.time_mask_frames, len(x), mel.shape[1])[:, :, None]
        changed = mel @ axis.from_mel
        moved: Batch = (changed + mean).astype(np.float32)
        return moved


def shifted(x: Batch, frames: NDArray[np.int64]) -> Batch:
    """Each clip moved by its number of frames, the edge repeated."""
    index = np.clip(np.arange(x.shape[1]) - frames[:, None], 0, x.shape[1] - 1)
    moved: Batch = x[np.arange(len(x))[:, None], index]
    return moved


def warped(mel: Batch, stretch: NDArray[np.float64]) -> Batch:
    """Each clip's mel axis stretched by its factor, linear between bands."""
    bands = mel.shape[2]
    position = np.clip(np.arange(bands) * stretch[:, None], 0, bands - 1)
    low = np.minimum(position.astype(np.int64), bands - 2)
    part = (position - low).astype(np.float32)
    weights = np.zeros((len(mel), bands, bands), np.float32)
    clip, band = np.arange(len(mel))[:, None], np.arange(bands)
    weights[clip, low, band] = 1 - part
    weights[clip, low + 1, band] += part
    stretched: Batch = np.matmul(mel, weights)
    return stretched


def mask(rng: np.random.Generator, masks: int, widest: int, clips: int, length: int) -> NDArray[np.float32]:
    """Ones with up to ``masks`` runs of zeros, each 0 to ``widest`` long: [clips, length]."""
    kept = np.ones((clips, length), np.float32)
    at = np.arange(length)
    for _ in range(masks):
        width = rng.integers(0, min(widest, length) + 1, (clips, 1))
        start = rng.integers(0, np.maximum(length - width, 0) + 1)
        kept[(at >= start) & (at < start + width)] = 0
    return kept
