"""How much clips without labels are wanted because a run fails on clips like them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.attributes import LEVEL_BANDS_DB, SNR_BANDS_DB
from kws_data.catalog.clips import Clip
from kws_data.slices.attributes import NO_BOARD, bands
from kws_data.slices.record_next import RecordNext

_SAID = ("accent", "gender", "age", "language", "room", "distance", "device_model")


def conditions_of(clip: Clip, word: str) -> Mapping[str, str]:
    """What is known of a clip before it has a label, by the names of attributes of slices; ``word`` is a guess."""
    known = {name: str(clip.attributes[name]) for name in _SAID if clip.attributes.get(name)}
    for name, key, edges in (("snr", "snr_db", SNR_BANDS_DB), ("level", "rms_db", LEVEL_BANDS_DB)):
        value = clip.attributes.get(key)
        if isinstance(value, int | float):
            band = bands(np.array([value], np.float64), edges, "dB")[0]
            known |= {name: band} if band else {}
    return {**known, "word": word, "source": clip.source, "device": clip.device or NO_BOARD}


def slice_weights(clips: Sequence[Clip], guesses: Sequence[str], wanted: Sequence[RecordNext]) -> NDArray[np.float64]:
    """Weight of each clip, float64 ``[clips]``: 1, and for each slice that it lies in the slice's own weight more.

    A slice of which a condition is not known of a clip does not count for it.
    """
    weights = np.ones(len(clips), np.float64)
    for place, (clip, guess) in enumerate(zip(clips, guesses, strict=True)):
        known = conditions_of(clip, guess)
        for one in wanted:
            if one.conditions and all(known.get(name) == value for name, value in one.conditions.items()):
                weights[place] += one.weight
    return weights
