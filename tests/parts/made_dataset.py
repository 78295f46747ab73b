"""A data set on disk without audio and features: manifest and dataset.json, for tests that read them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kws_data.dataset.manifest_rows import write_manifest

SPLITS = ("train", "validation", "test")


def made_row(number: int, **changes: Any) -> dict[str, Any]:
    """A row of a manifest; attributes are given as a mapping."""
    row = {
        "clip_id": f"{number:016x}",
        "audio_sha256": f"{number:064x}",
        "samples": 16_000,
        "label": "yes",
        "word": "yes",
        "speaker": f"s{number:03d}",
        "synthetic": False,
        "split": SPLITS[number % 3],
        "source": "made",
        "device": "",
        "licence": "CC-BY-4.0",
        "consent": "research",
        "origin": f"yes/{number}",
        "session": "",
        "attributes": {},
        **changes,
    }
    return {**row, "attributes": json.dumps(row["attributes"], sort_keys=True)}


def made_info(rows: Sequence[Mapping[str, Any]], **changes: Any) -> dict[str, Any]:
    """What dataset.json says of these rows."""
    labels = ["_silence_", "_unknown_", "yes", "no"]
    of = {split: [row for row in rows if row["split"] == split] for split in SPLITS}
    info: dict[str, Any] = {
        "schema": 1,
        "version": "sha256:" + "ab" * 32,
        "config": "made",
        "seed": 3,
        "labels": labels,
        "clips": {split: len(own) for split, own in of.items()},
        "labels_per_split": {s: {x: sum(r["label"] == x for r in own) for x in labels} for s, own in of.items()},
        "speakers": {split: len({row["speaker"] for row in own}) for split, own in of.items()},
        "leaks": 0,
        "recorded_through_board": dict.fromkeys(SPLITS, 0),
        "copies": 4,
        "clip_samples": 16_000,
        "frontend": {
            "kind": "mfcc",
            "sample_rate_hz": 16_000,
            "mel_bands": 40,
            "window_samples": 512,
            "hop_samples": 320,
        },
        "frontend_sha256": "cd" * 32,
        "augment": {"noise_probability": 0.8, "pitch_probability": 0.0},
        "split": {"test": "speakers", "test_share": 0.25, "validation_share": 0.12, "disjoint": ["speaker", "session"]},
        "left_out": {},
        "kept_for_later": 0,
        "release": {
            "licences": ["CC-BY-4.0"],
            "consents": None,
            "subgroups": ["gender", "age"],
            "k": 0,
            "epsilon": 0.0,
        },
    }
    return {**info, **changes}


def make_dataset(folder: Path, rows: Sequence[Mapping[str, Any]], **changes: Any) -> Path:
    """Write both files; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_manifest(folder / "manifest.parquet", [dict(row) for row in rows])
    (folder / "dataset.json").write_text(json.dumps(made_info(rows, **changes)))
    return folder
