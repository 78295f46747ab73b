"""``negatives.parquet``: a row a stretch in which no keyword is said, and what ``dataset.json`` says of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypedDict

from kws_data.catalog.negative_clips import KINDS, STRETCH_S, kind_of, person_of, start_of
from kws_data.catalog.transcripts import says_nothing
from kws_data.config.config import Config
from kws_data.config.split import SPLITS
from kws_data.dataset.negatives import Negatives, Stretch
from kws_data.dataset.release_rules import summary


class NegativeRow(TypedDict):
    """A stretch. ``start_sample`` is in the recording; ``speaker`` is empty where nobody is known; ``transcribed`` says
    that a transcript tells what is said in it."""

    clip_id: str
    audio_sha256: str
    recording: str
    start_sample: int
    samples: int
    kind: str
    speaker: str
    transcribed: bool
    split: str
    licence: str
    consent: str


def negative_rows(negatives: Negatives) -> list[NegativeRow]:
    """Rows of all that are used, by recording and time."""
    return [_row(stretch) for stretch in negatives.stretches]


def _row(stretch: Stretch) -> NegativeRow:
    clip = stretch.clip
    return {
        "clip_id": clip.id,
        "audio_sha256": clip.audio_sha256,
        "recording": stretch.recording,
        "start_sample": start_of(clip),
        "samples": clip.samples,
        "kind": kind_of(clip),
        "speaker": person_of(clip),
        "transcribed": not says_nothing(str(clip.attributes.get("transcript", ""))),
        "split": stretch.split,
        "licence": clip.licence,
        "consent": clip.consent,
    }


def describe_negatives(config: Config, negatives: Negatives) -> dict[str, Any]:
    """Block ``negatives`` of ``dataset.json``: hours, recordings and people of each kind in each split."""
    rate_hz = config.frontend.sample_rate_hz
    of: dict[str, dict[str, list[Stretch]]] = {kind: {split: [] for split in SPLITS} for kind in KINDS}
    for stretch in negatives.stretches:
        of[kind_of(stretch.clip)][stretch.split].append(stretch)
    kinds = {kind: splits for kind, splits in of.items() if any(splits.values())}
    return {
        "stretch_s": STRETCH_S,
        "copies": config.augment.negative_copies,
        "hours": _each(kinds, lambda stretches: round(_samples(stretches) / rate_hz / 3_600, 4)),
        **_made_hours(kinds, rate_hz),
        "recordings": _each(kinds, lambda stretches: len({stretch.recording for stretch in stretches})),
        "people": _each(kinds, _people),
        "left_out": dict(negatives.left_out),
        "left_out_for": summary(negatives.left_out),
        **{f"{term}s": _hours_by(negatives.stretches, term, rate_hz) for term in ("licence", "consent")},
    }


def _made_hours(kinds: Mapping[str, Mapping[str, list[Stretch]]], rate_hz: int) -> dict[str, Any]:
    """Of the hours, those of synthetic voices and of sounds that were made; nothing is said where there are none."""
    hours = _each(
        kinds, lambda stretches: round(_samples(s for s in stretches if s.clip.synthetic) / rate_hz / 3_600, 4)
    )
    made = {kind: splits for kind, splits in hours.items() if any(splits.values())}
    return {"synthetic_hours": made} if made else {}


def _each(
    kinds: Mapping[str, Mapping[str, list[Stretch]]], count: Callable[[Sequence[Stretch]], float]
) -> dict[str, dict[str, float]]:
    return {kind: {split: count(stretches) for split, stretches in splits.items()} for kind, splits in kinds.items()}


def _people(stretches: Iterable[Stretch]) -> int:
    """Those who are known; synthetic ones are nobody."""
    return len({person_of(stretch.clip) for stretch in stretches if not stretch.clip.synthetic} - {""})


def _hours_by(stretches: Sequence[Stretch], term: str, rate_hz: int) -> dict[str, float]:
    """Hours of each licence or consent."""
    values = sorted({getattr(stretch.clip, term) or "unstated" for stretch in stretches})
    of = {value: [s for s in stretches if (getattr(s.clip, term) or "unstated") == value] for value in values}
    return {value: round(_samples(found) / rate_hz / 3_600, 4) for value, found in of.items()}


def _samples(stretches: Iterable[Stretch]) -> int:
    """Samples of all recordings, what two stretches share counted once."""
    spans: dict[str, tuple[int, int]] = {}
    for stretch in stretches:
        start, end = start_of(stretch.clip), start_of(stretch.clip) + stretch.clip.samples
        first, last = spans.get(stretch.recording, (start, end))
        spans[stretch.recording] = min(first, start), max(last, end)
    return sum(end - start for start, end in spans.values())
