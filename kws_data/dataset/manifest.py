"""The manifest of a data set: one row a clip, in Parquet, and what is said of the whole in ``dataset.json``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware_tools.atomic import atomic_path
from kws_data.errors import DataError

COLUMNS = (
    "clip_id",
    "audio_sha256",
    "samples",
    "label",
    "word",
    "speaker",
    "synthetic",
    "split",
    "source",
    "device",
    "licence",
    "consent",
    "origin",
    "session",
    "attributes",
)


@dataclass(frozen=True)
class Manifest:
    """A data set on disk.

    Attributes:
        folder: where it lies.
        version: ``sha256:`` hash of the manifest and all features.
        clips: clips of each split.
        speakers: speakers of each split.
        leaks: what stands in two splits: 0, or it would not have been built.
        info: all of ``dataset.json``.
    """

    folder: Path
    version: str
    clips: dict[str, int]
    speakers: dict[str, int]
    leaks: int
    info: dict[str, Any] = field(repr=False)

    @classmethod
    def from_info(cls, folder: Path, info: dict[str, Any]) -> Manifest:
        """From what ``dataset.json`` holds."""
        return cls(folder, info["version"], info["clips"], info["speakers"], info["leaks"], info)


def write_manifest(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows as Parquet, whole or not at all; raises OSError."""
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.Table.from_pylist(list(rows))
    with atomic_path(path) as temporary:
        parquet.write_table(table, temporary, compression="zstd")


def read_manifest(folder: Path | str) -> list[dict[str, Any]]:
    """Rows of a data set's manifest.

    Raises:
        DataError: not built, or damaged.
    """
    from pyarrow import ArrowException, parquet

    path = Path(folder) / "manifest.parquet"
    try:
        rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    except FileNotFoundError:
        raise DataError("data set is not built", str(path), "call kws build") from None
    except (OSError, ArrowException) as error:
        raise DataError("manifest cannot be read", str(path), f"{error}; call kws build --force") from None
    return rows


def manifest_ids(folder: Path | str) -> list[str]:
    """Clip ids of a data set's manifest, in its order, without reading the other columns; raises DataError."""
    from pyarrow import ArrowException, parquet

    path = Path(folder) / "manifest.parquet"
    try:
        ids: list[str] = parquet.read_table(path, columns=["clip_id"])["clip_id"].to_pylist()
    except FileNotFoundError:
        raise DataError("data set is not built", str(path), "call kws build") from None
    except (OSError, ArrowException) as error:
        raise DataError("manifest cannot be read", str(path), f"{error}; call kws build --force") from None
    return ids


def load_dataset(folder: Path | str) -> Manifest:
    """A data set that was built.

    Raises:
        DataError: not built, or ``dataset.json`` is damaged.
    """
    folder = Path(folder)
    path = folder / "dataset.json"
    try:
        return Manifest.from_info(folder, json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise DataError("data set is not built", str(folder), "call kws build") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError("data set cannot be read", str(path), f"{error}; call kws build --force") from None
