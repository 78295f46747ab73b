"""The test clips worth hearing, with their scores over time: ``report/worst.json``.

*evaluate* chooses them and slides the model over them; *report* shows them without running a model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from firmware_tools.atomic import write_text
from kws_data.run_folder import WORST_FILE, read_result

SCHEMA = 1


@dataclass(frozen=True)
class WorstClip:
    """A clip.

    Attributes:
        clip_id: of the clip.
        kind: of its mistake, or that it was narrowly right.
        severity: how wrong and how sure, 0 to 1.
        times_s: from the clip's start, of the windows' ends; the model slides over it, silence before and after it.
        scores: probability of each keyword at these times, not averaged.
    """

    clip_id: str
    kind: str
    severity: float
    times_s: tuple[float, ...]
    scores: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class WorstClips:
    """What ``worst.json`` holds.

    Attributes:
        of: test clips that there are.
        threshold: of clips, as a probability.
        counts: of each kind of mistake in all of them.
        clips: the chosen ones.
    """

    of: int = 0
    threshold: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    clips: tuple[WorstClip, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> WorstClips:
        """Inverse of :meth:`to_dict`; raises KeyError, TypeError or ValueError for other values."""
        clips = tuple(_clip(one) for one in values["clips"])
        return cls(values["of"], values["threshold"], dict(values["counts"]), clips)


def _clip(values: Mapping[str, Any]) -> WorstClip:
    scores = {label: tuple(those) for label, those in values["scores"].items()}
    return WorstClip(**{**values, "times_s": tuple(values["times_s"]), "scores": scores})


def write_worst(folder: Path, worst: WorstClips) -> None:
    """Write ``folder/worst.json``; raises OSError."""
    write_text(folder / WORST_FILE, json.dumps(worst.to_dict(), separators=(",", ":")) + "\n")


def read_worst(folder: Path) -> WorstClips:
    """What :func:`write_worst` wrote; raises DataError where it is missing or damaged."""
    return read_result(folder / WORST_FILE, "run --until evaluate", WorstClips.from_dict)
