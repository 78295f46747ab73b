"""A long recording made of single clips, with the times of its keywords: what a streaming detector meets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.evaluation.stream_truth import Spoken
from kws_data.scores import FIRST_KEYWORD

FADE_MS = 10


def string_together(
    clips: NDArray[np.int16], y: NDArray[Any], labels: Sequence[str], rate_hz: int, seed: int = 0
) -> tuple[NDArray[np.int16], list[Spoken]]:
    """Every clip once, one after the other in a seeded order, with faded ends.

    Silence clips lie between the words as they fall, so the detector hears words, other words, noise and quiet.

    Args:
        clips: int16 ``[clips, samples]``.
        y: label of each; 0 and 1 are no keywords.
        labels: names of the labels.

    Returns:
        Samples, and the keywords in them: a word's time is that of its whole clip.
    """
    order = order_of(len(y), seed)
    length = clips.shape[1]
    ramp = np.linspace(0.0, 1.0, FADE_MS * rate_hz // 1_000)
    fade = np.ones(length)
    fade[: len(ramp)], fade[-len(ramp) :] = ramp, ramp[::-1]
    samples = np.concatenate([np.rint(clips[index] * fade).astype(np.int16) for index in order])
    seconds = length / rate_hz
    spoken = [
        Spoken(labels[int(y[index])], place * seconds, (place + 1) * seconds)
        for place, index in enumerate(order)
        if y[index] >= FIRST_KEYWORD
    ]
    return samples, spoken


def order_of(clips: int, seed: int = 0) -> NDArray[np.int64]:
    """Which clip comes when."""
    return np.random.default_rng([seed, 0x57]).permutation(clips)
