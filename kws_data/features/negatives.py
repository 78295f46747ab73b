"""What a data set wants of the feature store for its training negatives, and how these are made: as all clips are, only
longer, with copies of their own number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from kws_data.catalog.negative_clips import SPOKEN, STRETCH_S
from kws_data.config.split import NEGATIVES_SPLIT
from kws_data.features.needed import Wanted, wanted_of
from kws_data.features.recipe import Recipe
from kws_data.labels import SILENCE, UNKNOWN


def negatives_recipe(recipe: Recipe) -> Recipe:
    """How features of negatives are made, where those of the other clips are made by ``recipe``."""
    augment = recipe.augment.model_copy(update={"copies": recipe.augment.negative_copies})
    return replace(recipe, augment=augment, clip_samples=round(STRETCH_S * recipe.rate_hz), copied=(NEGATIVES_SPLIT,))


def wanted_negatives(
    ids: Sequence[str], audio_sha256s: Sequence[str], kinds: Sequence[str], labels: Sequence[str], recipe: Recipe
) -> Wanted:
    """Stretches of training, in this order.

    Args:
        ids: of the clips.
        audio_sha256s: hashes of their audio, in hex.
        kinds: what is heard in each.
        labels: of the data set; speech and other words are ``_unknown_``, all else is ``_silence_``.
        recipe: of :func:`negatives_recipe`.
    """
    words = np.array([kind in SPOKEN for kind in kinds], bool)
    y = np.where(words, labels.index(UNKNOWN), labels.index(SILENCE)).astype(np.int32)
    audio = np.frombuffer(bytes.fromhex("".join(audio_sha256s)), "V32")
    once = np.zeros(len(y), np.uint32)
    return wanted_of(NEGATIVES_SPLIT, (np.array(ids, "S16"), y, audio, words, once), recipe)
