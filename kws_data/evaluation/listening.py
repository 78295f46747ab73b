"""Streams scored once, so that :mod:`kws_data.evaluation.sweep` can hold any thresholds against them afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples
from kws_data.bundle import ModelBundle
from kws_data.evaluation.inference import stream_scores
from kws_data.evaluation.stream_truth import Spoken

Value = TypeVar("Value")
#: Kinds of negatives, in the order in which people are told of them.
KINDS = ("speech", "noise", "music", "silence", "other_words")


def in_order(by_kind: Mapping[str, Value]) -> dict[str, Value]:
    """The same, kinds that people ask for first at the head."""
    places = {kind: place for place, kind in enumerate(KINDS)}
    return {kind: by_kind[kind] for kind in sorted(by_kind, key=lambda kind: (places.get(kind, len(KINDS)), kind))}


@dataclass(frozen=True)
class Listened:
    """What a model made of one stream, and what was said in it.

    Attributes:
        name: of the recording.
        kind: of the negatives in it: one of KINDS, or ``all`` where nobody knows.
        samples: how many were heard.
        scores: int8 ``[windows, labels]``.
        ends: after how many samples each was made, int64 ``[windows]``.
        spoken: keywords with their times.
        mentioned: keywords that occur in it, nobody knows when: they do not count.
    """

    name: str
    kind: str
    samples: int
    scores: NDArray[np.int8]
    ends: NDArray[np.int64]
    spoken: tuple[Spoken, ...] = ()
    mentioned: frozenset[str] = frozenset()


def listen(
    bundle: ModelBundle,
    name: str,
    kind: str,
    samples: Samples,
    stride_frames: int,
    spoken: tuple[Spoken, ...] = (),
    mentioned: frozenset[str] = frozenset(),
) -> Listened:
    """Score a recording, a window every ``stride_frames`` frames; raises ModelError when the model cannot be run."""
    scores, ends = stream_scores(bundle, samples, stride_frames)
    return Listened(name, kind, len(samples), scores, ends, spoken, mentioned)
