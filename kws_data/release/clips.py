"""Clips of a built data set that may be given away."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_tools.levels import Levels
from kws_data.config.split import SPLITS
from kws_data.dataset.manifest import load_dataset, read_manifest
from kws_data.errors import DataError
from kws_data.sources.imports.attribution import Origin

SUFFIX = ".wav"
#: What an import measures again (levels), and what means nothing without the recording that a clip was cut from.
MEASURED = frozenset(Levels.__dataclass_fields__) | {"start"}


@dataclass(frozen=True)
class Terms:
    """Licences and consents that may leave; None allows any."""

    licences: Sequence[str] | None = None
    consents: Sequence[str] | None = None

    def refusal(self, row: Mapping[str, Any]) -> str:
        """Why a clip may not leave; empty when it may."""
        if self.licences is not None and row["licence"] not in self.licences:
            return f"licence {row['licence'] or 'unstated'} is not allowed"
        if self.consents is not None and row["consent"] not in self.consents:
            return f"consent {row['consent'] or 'unstated'} is not allowed"
        return ""


@dataclass(frozen=True)
class ReleasedClip:
    """A clip that leaves: where it goes is the layout's choice."""

    audio_sha256: str
    origin: Origin

    def at(self, file: str) -> Origin:
        """What ``ATTRIBUTION.csv`` says of it, once it has its file."""
        return Origin(**{**self.origin.__dict__, "file": file})


@dataclass(frozen=True)
class Release:
    """What leaves a data set.

    Attributes:
        clips: in the order of the manifest.
        info: its ``dataset.json``.
        left_out: reason -> how many clips stay behind for it.
    """

    clips: tuple[ReleasedClip, ...]
    info: Mapping[str, Any]
    left_out: Mapping[str, int]

    @property
    def sample_rate_hz(self) -> int:
        """Of all clips."""
        return int(self.info["frontend"]["sample_rate_hz"])


def load_release(dataset: Path, terms: Terms, splits: Sequence[str] = SPLITS) -> Release:
    """Clips of a data set, of the named splits, that may leave.

    Raises:
        DataError: not built, damaged, or nothing may leave.
    """
    info = load_dataset(dataset).info
    left_out: Counter[str] = Counter()
    clips = []
    for row in read_manifest(dataset):
        if row["split"] not in splits:
            continue
        if reason := terms.refusal(row):
            left_out[reason] += 1
        else:
            clips.append(ReleasedClip(row["audio_sha256"], _origin(row)))
    if not clips:
        why = "; ".join(f"{count} clips: {reason}" for reason, count in sorted(left_out.items())) or "it has no clips"
        raise DataError("no clip of the data set may leave", str(dataset), why)
    return Release(tuple(clips), info, dict(sorted(left_out.items())))


def _origin(row: Mapping[str, Any]) -> Origin:
    attributes = json.loads(row["attributes"])
    return Origin(
        file="",
        clip=row["clip_id"],
        word=row["word"],
        label=row["label"],
        split=row["split"],
        speaker=row["speaker"],
        synthetic="yes" if row["synthetic"] else "no",
        session=row["session"] or "",
        licence=row["licence"],
        consent=row["consent"],
        source=row["source"],
        attributes={key: value for key, value in sorted(attributes.items()) if key not in MEASURED},
    )
