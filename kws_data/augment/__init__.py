"""What may happen to a training clip before its features are computed.

Each transform is a pure function of a batch of rows with its parameters given; :mod:`~kws_data.augment.draws` draws
the parameters, :mod:`~kws_data.augment.chain` puts them in order. Names and meanings are those of audiomentations,
which is too slow for many copies of many clips; the loops are in C.
"""

from __future__ import annotations

import numpy as np

from kws_data.audio import Samples
from kws_data.augment.chain import augment_batch
from kws_data.augment.sounds import Sounds
from kws_data.config import AugmentSettings

__all__ = ["Sounds", "augment_batch"]


def augment(
    samples: Samples, settings: AugmentSettings, noise: Samples, rate_hz: int, rng: np.random.Generator, *, word: bool
) -> Samples:
    """:func:`augment_batch` of one clip without rooms and voices."""
    sounds = Sounds(noise, (), samples[np.newaxis][:0])
    copy: Samples = augment_batch(samples[np.newaxis], [rng], np.array([word]), settings, sounds, rate_hz)[0]
    return copy
