"""Clips that sound as if recorded elsewhere: those of a batch lend each other the mean and spread of each mel band.

Synthetic voices, running speech and a few recordings come through different channels, and a small model takes the
channel for the label. Here the channel of each clip is blended with that of another clip of the batch, whatever its
label (MixStyle, Zhou et al. 2021, https://arxiv.org/abs/2104.02008; over frequency bands, Kim et al. 2022,
https://arxiv.org/abs/2206.12513).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.models.mel_axis import MelAxis
from kws_data.training.batches.spec_augment import Batch, SpecAugment

BLEND = 0.4  # both parameters of the beta distribution: mostly nearly all of one clip's channel, or of the other's
FLOOR_DB = 1.0  # added to each spread, so that an empty band is not blown up
SILENT_DB = 2.0  # a clip whose bands move less than this is silence: it neither lends nor borrows


@dataclass(frozen=True)
class StyleMix(SpecAugment):
    """Masks and warps, and then other channels.

    Args:
        share: of the clips of a batch that get another channel.
        version: of this code; it is in the keys of teachers.
    """

    share: float = 0.0
    version: int = 1

    def apply(self, x: Batch, axis: MelAxis, rng: np.random.Generator) -> Batch:
        """A changed copy of ``x`` [clips, frames, features]."""
        x = super().apply(x, axis, rng)
        mel = x @ axis.to_mel
        mean, spread = mel.mean(axis=1, keepdims=True), mel.std(axis=1, keepdims=True) + np.float32(FLOOR_DB)
        speaks = spread.mean(axis=(1, 2)) > FLOOR_DB + SILENT_DB
        chosen, lender = partners(speaks, self.share, rng)
        own = rng.beta(BLEND, BLEND, (len(chosen), 1, 1)).astype(np.float32)
        new_mean = own * mean[chosen] + (1 - own) * mean[lender]
        new_spread = own * spread[chosen] + (1 - own) * spread[lender]
        other = (mel[chosen] - mean[chosen]) * (new_spread / spread[chosen]) + new_mean
        mixed: Batch = x.copy()
        mixed[chosen] += (other - mel[chosen]) @ axis.from_mel
        return mixed


def partners(
    speaks: NDArray[np.bool_], share: float, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Clips that borrow a channel, and those that lend it: only clips in which somebody speaks."""
    borrows = np.flatnonzero(speaks & (rng.random(len(speaks)) < share))
    lenders = np.flatnonzero(speaks)
    return borrows, lenders[rng.integers(0, max(1, len(lenders)), len(borrows))]
