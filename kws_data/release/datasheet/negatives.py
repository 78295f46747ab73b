"""The datasheet's section on hours in which no keyword is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kws_data.config.split import NEGATIVES_SPLIT, SPLITS
from kws_data.release.datasheet.blocks import Block, Table


def negatives(info: Mapping[str, Any]) -> tuple[Block, ...]:
    """Hours, recordings and people of each kind in each split, on what terms, and what was left out."""
    there = info[NEGATIVES_SPLIT]
    rows = tuple(
        (kind, split, f"{hours[split]:.2f}", there["recordings"][kind][split], there["people"][kind][split])
        for kind, hours in there["hours"].items()
        for split in SPLITS
        if there["recordings"][kind][split]
    )
    made = ", ".join(f"{kind} {sum(hours.values()):.2f} h" for kind, hours in there.get("synthetic_hours", {}).items())
    why = "; ".join(f"{count:,} recordings: {reason}" for reason, count in there["left_out_for"].items())
    return (
        f"Recordings in which no keyword is said, in stretches of {there['stretch_s']:g} s. They are no clips and have"
        " no label: training learns from its own, thresholds are chosen on those of the validation, and false accepts"
        " an hour are counted in those of the test. Nobody who is known, and no recording's time, is in two splits.",
        Table(("kind", "split", "hours", "recordings", "people known"), rows),
        *([f"Of these nobody was recorded: synthetic voices, and sounds that were made: {made}."] if made else []),
        f"Licences, in hours: {_hours(there['licences'])}. Consent: {_hours(there['consents'])}.",
        f"Left out: {why or 'nothing'}.",
    )


def _hours(of: Mapping[str, float]) -> str:
    return ", ".join(f"{value} ({hours:.2f})" for value, hours in of.items())
