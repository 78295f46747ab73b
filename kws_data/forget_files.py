"""Files below ``runs/`` and in exported folders that hold a person, and how they go.

A data set's version is the hash of its content, so a data set without the person is another one: its files are removed
whole, and ``kws build`` makes the new one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from kws_data.catalog import Catalog
from kws_data.errors import DataError
from kws_data.manifest import manifest_ids

#: What a build writes; the manifest goes last, because it tells that the folder holds somebody.
_FIRST = ("dataset.json",)
_PATTERNS = ("*.npy", ".*.npy", "*.npz", "datasheet.*", "croissant.json", "*.flac", "*.partial*")
_FOLDERS = ("stream", "parts")
_LAST = ("manifest.parquet",)
_MAX_NAMES_IN_TEXT = 32 * 1024 * 1024


def held_datasets(catalog: Catalog, runs: Path, clips: Iterable[str]) -> list[Path]:
    """Folders of data sets that hold one of these clips: those on record, and those below ``runs``."""
    places = {Path(place.path) for a in catalog.artifacts(kind="dataset") for place in a.places}
    places |= {path.resolve() for path in runs.glob("*/dataset") if path.is_dir()}
    wanted = set(clips)
    return [folder for folder in sorted(places) if _holds(folder, wanted)]


def _holds(folder: Path, clips: set[str]) -> bool:
    if not (folder / "manifest.parquet").exists():
        return False
    try:
        return not clips.isdisjoint(manifest_ids(folder))
    except DataError:
        return True  # a manifest that cannot be read may hold anybody


def unfinished_builds(runs: Path) -> list[Path]:
    """Folders of data sets without manifest that hold features: nobody can tell whose."""
    folders = (path.resolve() for path in sorted(runs.glob("*/dataset")) if path.is_dir())
    return [f for f in folders if not (f / "manifest.parquet").exists() and any(f.glob("*.npy"))]


def remove_dataset(folder: Path) -> None:
    """Remove a data set, and the page of its run's report, in which clips of the test can be heard."""
    for name in _FIRST:
        (folder / name).unlink(missing_ok=True)
    (folder.parent / "report" / "report.html").unlink(missing_ok=True)
    for pattern in _PATTERNS:
        for file in folder.glob(pattern):
            file.unlink(missing_ok=True)
    for name in _FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in _LAST:
        (folder / name).unlink(missing_ok=True)


def exported_files(folders: Iterable[Path], marks: Sequence[str]) -> list[Path]:
    """Files in exported folders whose name or text names the person: their pseudonym, a clip or its samples."""
    found: set[Path] = set()
    for folder in folders:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else []:
            if file.is_file() and (_named(file.name, marks) or _mentioned(file, marks)):
                found.add(file)
    return sorted(found)


def _named(name: str, marks: Sequence[str]) -> bool:
    return any(mark in name for mark in marks)


def _mentioned(file: Path, marks: Sequence[str]) -> bool:
    """Whether a list or table beside the audio names them; it goes whole: it lists what is no longer there."""
    if file.suffix not in (".txt", ".csv", ".tsv", ".json", ".jsonl") or file.stat().st_size > _MAX_NAMES_IN_TEXT:
        return False
    text = file.read_text(encoding="utf-8", errors="replace")
    return any(mark in text for mark in marks)
