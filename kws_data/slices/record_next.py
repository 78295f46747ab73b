"""What to record next, in numbers: for failing slices, and for those too thin to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from kws_data.slices.rows import THIN, SliceRow
from kws_data.slices.words import clips, people, percent, phrase
from kws_data.statistics.intervals import Z95, share

HALF_WIDTH = 0.05
MOST_WEIGHT = 10.0
PRIOR_CLIPS, LEAST_RATE = 4, 0.05  # so many clips at the rate of all, or at this, are added to what was seen
MOST_OF_ONE = 5  # clips of a slice that one person is asked for: more tell of him, not of others
MOST_CLIPS = 100_000
FAILING, SUSPECT, WORST, THIN_GROUP = "fails", "suspect", "worst", "thin"


@dataclass(frozen=True)
class RecordNext:
    """What is missing of one slice.

    Attributes:
        conditions: of the slice.
        why: ``fails`` (beyond chance), ``suspect`` (the strongest slice where none fails), ``worst`` (the worst group
            that a gate can judge) or ``thin`` (nobody can tell).
        clips, speakers: by how many more its error rate would be known to ±5 points (95 %, by speaker); 0 where it is.
        weight: how much more often its clips are missed than others, at most 10: a weight for training.
        errors_share: share of all errors of its kind that lie in it.
        sentence: in words.
    """

    conditions: Mapping[str, str]
    why: str
    clips: int
    speakers: int
    weight: float
    errors_share: float
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**vars(self), "conditions": dict(self.conditions)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RecordNext:
        """Inverse of :meth:`to_dict`."""
        return cls(**values)


def record_next(
    everything: SliceRow,
    listed: Sequence[SliceRow],
    worst: SliceRow | None,
    groups: Sequence[SliceRow],
    correlation: float,
) -> tuple[RecordNext, ...]:
    """What to record, failing slices first.

    Args:
        everything: all keyword clips.
        listed: slices of keyword clips that fail beyond chance, and suspects after them, the strongest first.
        worst: the worst group beside them.
        groups: slices of one condition; the thinnest of them are named.
        correlation: of the clips of one speaker, 0 to 1.
    """
    chosen = [(row, FAILING) for row in listed if row.found] or [(row, SUSPECT) for row in listed[:1]]
    if worst is not None and worst.conditions and worst.conditions not in [row.conditions for row, _ in chosen]:
        chosen.append((worst, WORST))
    thin = sorted((row for row in groups if row.clips < THIN or row.speakers < 3), key=lambda row: row.clips)
    chosen += [(row, THIN_GROUP) for row in thin[:3]]
    return tuple(_of(row, why, everything, correlation) for row, why in chosen)


def _of(row: SliceRow, why: str, everything: SliceRow, correlation: float) -> RecordNext:
    like = everything if why == THIN_GROUP else row  # three clips do not tell how many a person says
    each = min(MOST_OF_ONE, max(1, round(like.clips / max(1, like.speakers))))
    usual = PRIOR_CLIPS * max(everything.rate, LEAST_RATE)
    expected = (row.errors + usual) / (row.clips + PRIOR_CLIPS)  # 0 of 3 clips is not taken for 0
    more = max(0, clips_needed(expected, each, correlation) - row.clips)
    speakers = ceil(more / each)
    rest = share(everything.errors - row.errors, everything.clips - row.clips)
    weight = min(MOST_WEIGHT, max(1.0, row.rate / rest)) if rest else MOST_WEIGHT if row.errors else 1.0
    part = row.errors / everything.errors if everything.errors else 0.0
    wanted = f"record {phrase(row.conditions, clips(more))} by {people(speakers)}" if more else ""
    return RecordNext(
        conditions=dict(row.conditions),
        why=why,
        clips=more,
        speakers=speakers,
        weight=round(weight, 1),
        errors_share=round(part, 4),
        sentence=_sentence(row, why, wanted, weight, part),
    )


def _sentence(row: SliceRow, why: str, wanted: str, weight: float, part: float) -> str:
    if why == THIN_GROUP:
        tell = "tells" if row.clips == 1 else "tell"
        return _capital(
            f"{wanted or 'record more'}: the {clips(row.clips)} by {people(row.speakers)} {tell} nothing of them."
        )
    where = f"{percent(part)} of all misses are there"
    if why == FAILING:
        where += f", which for training is a weight of {weight:.1f}"
    measured = (
        f"to know their miss rate to ±{100 * HALF_WIDTH:.0f} points" if wanted else "which are enough to measure it"
    )
    return _capital(f"{wanted or 'for ' + phrase(row.conditions)}, {measured}; {where}.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def clips_needed(rate: float, each: int, correlation: float) -> int:
    """How many clips in all bring a 95 % interval of an error rate to ±5 points.

    As many as Wilson's interval takes at that rate, times the design effect 1 + (clips of each speaker - 1) correlation
    (Kish 1965).

    Args:
        rate: that is expected.
        each: clips of each speaker.
        correlation: of the clips of one speaker, 0 to 1.
    """
    low, high = 1, MOST_CLIPS
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _half_width(rate, middle) < HALF_WIDTH else (middle + 1, high)
    return ceil(low * (1 + (each - 1) * correlation))


def _half_width(rate: float, clips: int) -> float:
    z2 = Z95 * Z95
    return float(Z95 * (rate * (1 - rate) / clips + z2 / (4 * clips * clips)) ** 0.5 / (1 + z2 / clips))
