"""Reading a data set: one row a clip in ``manifest.parquet``, and what is said of the whole in ``dataset.json``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from kws_data.errors import DataError
from kws_data.run_folder import DATASET_FILE, MANIFEST_FILE, NEGATIVES_FILE


class ManifestRow(TypedDict):
    """One clip of a data set. ``clip_id``, ``audio_sha256``, ``samples``, ``device``, ``session`` and ``attributes``
    (JSON text) are of the audio that is used: the recording through the board, where there is one; all else of the clip
    that was said.

    ``repeat`` numbers the times that a clip stands in training (``data.real_repeats``).
    """

    clip_id: str
    audio_sha256: str
    samples: int
    label: str
    word: str
    speaker: str
    synthetic: bool
    split: str
    source: str
    device: str
    licence: str
    consent: str
    origin: str
    session: str
    attributes: str
    repeat: NotRequired[int]


@dataclass(frozen=True)
class DatasetInfo:
    """What ``dataset.json`` says of a data set.

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
    def from_info(cls, folder: Path, info: dict[str, Any]) -> DatasetInfo:
        """From what ``dataset.json`` holds."""
        return cls(folder, info["version"], info["clips"], info["speakers"], info["leaks"], info)


def read_manifest(folder: Path | str) -> list[ManifestRow]:
    """Rows of a data set's manifest, in the order of the features; raises DataError as :func:`read_columns`."""
    columns = read_columns(folder)
    return [ManifestRow(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]  # type: ignore[typeddict-item]


def read_columns(folder: Path | str, *names: str) -> dict[str, list[Any]]:
    """Columns of a data set's manifest by name, in its order; all when none is named.

    Raises:
        DataError: not built, damaged, or without such a column.
    """
    return _columns(Path(folder) / MANIFEST_FILE, names)


def read_rows_of(folder: Path | str, clip_ids: Iterable[str]) -> dict[str, ManifestRow]:
    """Rows of a few clips by their id; ids that are not in the manifest are left out; raises as :func:`read_columns`.

    A clip that stands in training more than once has one row here.
    """
    columns = _columns(Path(folder) / MANIFEST_FILE, (), [("clip_id", "in", sorted(set(clip_ids)) or [""])])
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    return {str(row["clip_id"]): ManifestRow(**row) for row in rows}  # type: ignore[typeddict-item]


def told_of(row: ManifestRow) -> dict[str, str]:
    """What a person should know of a clip: id, word, speaker's pseudonym, where it is from, on which terms."""
    told = {name: str(row[name]) for name in _TOLD if row[name] not in (None, "")}  # type: ignore[literal-required]
    return told | ({"synthetic": "yes"} if row["synthetic"] else {})


_TOLD = ("clip_id", "word", "speaker", "source", "device", "licence", "consent", "origin")


def _columns(path: Path, names: Sequence[str], filters: Any = None) -> dict[str, list[Any]]:
    from pyarrow import ArrowException, parquet

    try:
        table = parquet.read_table(path, columns=list(names) or None, filters=filters)
        columns: dict[str, list[Any]] = table.to_pydict()
    except FileNotFoundError:
        raise DataError("data set is not built", str(path), "call kws build") from None
    except (OSError, ArrowException) as error:
        raise DataError("manifest cannot be read", str(path), f"{error}; call kws build again") from None
    return columns


def manifest_ids(folder: Path | str) -> list[str]:
    """Clip ids of a data set's manifest, in its order, and then those of its negatives; raises DataError as
    :func:`read_columns`."""
    negatives = Path(folder) / NEGATIVES_FILE
    more = _columns(negatives, ["clip_id"])["clip_id"] if negatives.exists() else []
    return read_columns(folder, "clip_id")["clip_id"] + more


def load_dataset(folder: Path | str) -> DatasetInfo:
    """A data set that was built.

    Raises:
        DataError: not built, or ``dataset.json`` is damaged.
    """
    folder = Path(folder)
    path = folder / DATASET_FILE
    try:
        return DatasetInfo.from_info(folder, json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise DataError("data set is not built", str(folder), "call kws build") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError("data set cannot be read", str(path), f"{error}; call kws build again") from None
