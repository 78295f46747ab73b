"""The rows of a manifest, made from a plan and written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from firmware_tools.atomic import atomic_path
from kws_data.config.config import Config
from kws_data.dataset.manifest import ManifestRow
from kws_data.dataset.plan import PlannedClip


def manifest_rows(clips: Sequence[PlannedClip]) -> list[ManifestRow]:
    """Rows of the manifest, in the order of the features."""
    return [_row(planned) for planned in clips]


def _row(planned: PlannedClip) -> ManifestRow:
    clip, audio = planned.clip, planned.audio
    return {
        "clip_id": audio.id,
        "audio_sha256": audio.audio_sha256,
        "samples": audio.samples,
        "label": planned.label,
        "word": clip.word,
        "speaker": clip.speaker,
        "synthetic": clip.synthetic,
        "split": planned.split,
        "source": clip.source,
        "device": audio.device,
        "licence": clip.licence,
        "consent": clip.consent,
        "origin": clip.origin,
        "session": audio.session,
        "attributes": json.dumps(dict(audio.attributes), sort_keys=True),
    }


def with_repeats(rows: Sequence[ManifestRow], config: Config) -> list[ManifestRow]:
    """The rows, with ``data.real_repeats`` those of the few real keywords in training so often one after the other.

    The column ``repeat`` numbers the times; a clip has other augmented copies each time.
    """
    times = config.data.real_repeats
    if times == 1:
        return list(rows)
    few = [row["split"] == "train" and row["label"] in config.keywords and not row["synthetic"] for row in rows]
    return [
        {**row, "repeat": time} for row, many in zip(rows, few, strict=True) for time in range(times if many else 1)
    ]


def write_manifest(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as Parquet, whole or not at all; raises OSError."""
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.Table.from_pylist([dict(row) for row in rows])
    with atomic_path(path) as temporary:
        parquet.write_table(table, temporary, compression="zstd")
