"""What a search may look at: a fold inside the training split, made by speaker.

A search compares dozens of models on the same clips, so whatever it looks at is used up. It therefore sees neither the
test split nor the validation split (on which the threshold is fixed): a share of the *training* speakers is held out,
the models are trained on the others, and the folder that they are given has no other clips in it. Silence clips, which
no one speaks, are shared out one by one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path, write_text
from kws_data.config.split import UNLABELLED_SPLIT
from kws_data.dataset.manifest import ManifestRow, load_dataset, read_manifest
from kws_data.dataset.manifest_rows import write_manifest
from kws_data.errors import DataError
from kws_data.features.load import FeatureSet, feature_path, load_features
from kws_data.labels import SILENCE
from kws_data.run_folder import DATASET_FILE, MANIFEST_FILE

HELD_OUT = "validation"  # its name in the folder; training shows it after each epoch and picks nothing by it
HELD_OUT_SHARE = 0.2


@dataclass(frozen=True)
class Fold:
    """A fold on disk: ``version`` is that of the data set and how it was folded; clips and speakers of its parts."""

    version: str
    train_clips: int
    held_out_clips: int
    train_speakers: int
    held_out_speakers: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def write_fold(dataset_dir: Path, out_dir: Path, seed: int, share: float = HELD_OUT_SHARE) -> Fold:
    """Split the training clips of a data set by speaker into ``train`` and ``validation`` of a folder of their own.

    Returns at once when the folder has this fold already.

    Args:
        dataset_dir: a built data set.
        out_dir: its features, manifest and ``dataset.json`` are written there, the last one last.
        seed: which speakers are held out.
        share: of the speakers.

    Raises:
        DataError: no data set, or too few speakers for two parts.
    """
    version = f"{load_dataset(dataset_dir).version} fold {seed} {share}"
    known = _read_fold(out_dir)
    if known is not None and known.version == version:
        return known
    rows = _rows_of(dataset_dir, "train")
    training = load_features(dataset_dir, "train")
    ordered = [rows[str(clip_id)] for clip_id in training.clip_ids]
    out = np.array([is_held_out(row, seed, share) for row in ordered])
    fold = Fold(version, int((~out).sum()), int(out.sum()), _speakers(ordered, ~out), _speakers(ordered, out))
    if not fold.train_speakers or not fold.held_out_speakers:
        raise DataError("too few training speakers to hold some out", len(set(map(group_of, ordered))), "add speakers")
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / DATASET_FILE).unlink(missing_ok=True)
    for split, chosen, copies in (("train", ~out, slice(None)), (HELD_OUT, out, slice(0, 1))):
        _write(out_dir, replace(training, split=split), chosen, copies)
    parts = [{**row, "split": HELD_OUT if held else "train"} for row, held in zip(ordered, out, strict=True)]
    write_manifest(out_dir / MANIFEST_FILE, [*parts, *_write_unlabelled(dataset_dir, out_dir, seed, share)])
    info = json.loads((dataset_dir / DATASET_FILE).read_text(encoding="utf-8"))
    write_text(out_dir / DATASET_FILE, json.dumps({**info, "version": version, "fold": fold.to_dict()}, indent=1))
    return fold


def _rows_of(dataset_dir: Path, split: str) -> dict[str, ManifestRow]:
    """Rows of the manifest by clip."""
    return {row["clip_id"]: row for row in read_manifest(dataset_dir) if row["split"] == split}


def _write(out_dir: Path, features: FeatureSet, chosen: NDArray[np.bool_], copies: slice = slice(None)) -> None:
    """Features of the chosen clips, under the name of their split."""
    _save(feature_path(out_dir, features.split, "x"), features.x[np.flatnonzero(chosen)][:, copies])
    _save(feature_path(out_dir, features.split, "y"), features.y[chosen])
    _save(feature_path(out_dir, features.split, "ids"), features.clip_ids[chosen])


def _write_unlabelled(dataset_dir: Path, out_dir: Path, seed: int, share: float) -> list[ManifestRow]:
    """Write the clips without labels, but for those of people who are held out; returns their rows."""
    rows = _rows_of(dataset_dir, UNLABELLED_SPLIT)
    if not rows:
        return []
    features = load_features(dataset_dir, UNLABELLED_SPLIT)
    ordered = [rows[str(clip_id)] for clip_id in features.clip_ids]
    kept = np.array([not is_held_out(row, seed, share) for row in ordered])
    _write(out_dir, features, kept)
    return [row for row, use in zip(ordered, kept, strict=True) if use]


def is_held_out(row: Mapping[str, Any], seed: int, share: float) -> bool:
    """Whether a clip is held out: by a hash of the seed and its speaker alone, so that other clips do not matter."""
    drawn = hashlib.sha256(f"{seed} search|{group_of(row)}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") < share * 2**64


def group_of(row: Mapping[str, Any]) -> str:
    """What must not be on both sides: the speaker, the voice of a synthetic speaker, the clip of a silence clip."""
    if row["label"] == SILENCE:
        return f"clip {row['clip_id']}"
    variant = json.loads(row["attributes"] or "{}").get("variant") if row["synthetic"] else None
    return f"variant {variant}" if variant is not None else f"speaker {row['speaker']}"


def _speakers(rows: list[ManifestRow], chosen: NDArray[np.bool_]) -> int:
    return len({row["speaker"] for row, use in zip(rows, chosen, strict=True) if use and row["label"] != SILENCE})


def _read_fold(folder: Path) -> Fold | None:
    try:
        return Fold(**json.loads((folder / DATASET_FILE).read_text(encoding="utf-8"))["fold"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _save(path: Path, array: NDArray[Any]) -> None:
    with atomic_path(path) as temporary:
        np.save(temporary, array, allow_pickle=False)
