"""Whom and what a model has heard, and whom never: two sections of its card."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kws_data.config.split import NEGATIVES_SPLIT, SPLITS
from kws_data.coverage.subgroups import Subgroups, subgroups
from kws_data.labels import SILENCE
from kws_data.pages.markdown import escaped
from kws_data.release.datasheet.blocks import Block, Table, listed
from kws_data.release.datasheet.people import HIDDEN, gaps

_MOST_VALUES = 30
KINDS = ("speech", "noise", "music")  # of hours without a keyword that a detector meets all day


def heard(info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], secret: bytes = b"") -> Iterable[Block]:
    """Clips and speakers of each split, real or made, and speakers by their attributes; counts of people are protected
    as the data set's release asks."""
    yield Table(
        ("split", "clips", "speakers", "words of synthetic voices", "recorded through the board"),
        tuple(_split(split, info, rows) for split in SPLITS if split in info["clips"]),
    )
    for group in _groups(info, rows, secret):
        named = " under pseudonyms" if group.kind == "people" else ""
        yield f"{group.speakers:,} {group.kind}{named}."
        for name in group.known:
            values = group.totals(name)[:_MOST_VALUES]
            shown = tuple((escaped(value), HIDDEN if count is None else f"{count:,}") for value, count in values)
            yield Table((name, group.kind), shown)
    yield "More in the data set's datasheet: [dataset/datasheet.md](../dataset/datasheet.md)."


def _split(split: str, info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    said = [row["synthetic"] for row in rows if row["split"] == split and row["label"] != SILENCE]
    through = info.get("recorded_through_board", {}).get(split, 0)
    clips, speakers = f"{info['clips'][split]:,}", f"{info['speakers'][split]:,}"
    return split, clips, speakers, f"{sum(said):,} of {len(said):,}", f"{through:,}"


def _groups(info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], secret: bytes) -> list[Subgroups]:
    release = info.get("release", {})
    by = release.get("subgroups", ["gender", "age", "accent"])
    return subgroups(rows, by, release.get("k", 0), release.get("epsilon", 0.0), secret)


def never_heard(info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], secret: bytes = b"") -> Iterable[Block]:
    """What nobody can claim of the model: whom and what it has never heard, or was never tested on."""
    yield (
        "A detector serves people unevenly when it has heard them unevenly. Of what follows nothing was heard, or too"
        " little to say anything."
    )
    yield from gaps(_groups(info, rows, secret), info, rows)
    yield from _sounds(info)
    yield from _one_device(rows)
    yield (
        "A person who withdraws is removed from the data with `kws forget-speaker`, which names each model that heard"
        " them."
    )


def _sounds(info: Mapping[str, Any]) -> Iterable[Block]:
    negatives = info.get(NEGATIVES_SPLIT)
    if negatives is None:
        yield "No hours without a keyword: what running speech, noise or music set off all day was never measured."
        return
    missing = [kind for kind in KINDS if not negatives["hours"].get(kind, {}).get("test")]
    if missing:
        yield f"It was never tested on hours of {listed(missing, 'or')}."
    made = [kind for kind, hours in negatives.get("synthetic_hours", {}).items() if hours.get("test")]
    if made:
        yield f"Hours of {listed(sorted(made))} that it was tested on were made by machines, all or in part."


def _one_device(rows: Sequence[Mapping[str, Any]]) -> Iterable[Block]:
    """What to say where all tests that name their microphone name one."""
    tested = [row for row in rows if row["split"] == "test" and row["label"] != SILENCE]
    models = Counter(row["device"] or _model(row) for row in tested)
    if len(models) == 1 and "" not in models:
        device = escaped(next(iter(models)))
        yield f"All of its test was recorded through one device ({device}): others may sound different."


def _model(row: Mapping[str, Any]) -> str:
    return str(json.loads(row.get("attributes") or "{}").get("device_model", ""))
