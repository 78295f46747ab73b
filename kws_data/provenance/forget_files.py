"""Files below ``runs/`` and in exported folders that hold a person, and how they go.

A data set's version is the hash of its content, so a data set without the person is another one: its files are removed
whole, and ``kws build`` makes the new one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_tools.atomic import write_text
from kws_data.catalog.catalog import Catalog
from kws_data.dataset.manifest import manifest_ids
from kws_data.errors import DataError
from kws_data.run_folder import DATASET_FILE, MANIFEST_FILE, NEGATIVES_FILE

#: What a build writes; the manifest goes last, because it tells that the folder holds somebody.
_FIRST = (DATASET_FILE,)
_PATTERNS = ("*.npy", ".*.npy", "*.npz", "datasheet.*", "croissant.json", "recipe.json", "*.flac", "*.partial*")
_OF_REPORT = (
    "report.html",
    "moments.json",
    "moments/*.flac",
    "worst.json",
    "predictions*.parquet",
    ".predictions*.parquet",
)
_FOLDERS = ("stream", "parts")
_LAST = (NEGATIVES_FILE, MANIFEST_FILE)
_LINES, _JSON = (".txt", ".csv", ".tsv", ".jsonl", ".md"), (".json", ".labels")


def held_datasets(catalog: Catalog, runs: Path, clips: Iterable[str]) -> list[Path]:
    """Folders that hold features of one of these clips: data sets on record, and all below ``runs``, searches too."""
    places = {Path(place.path) for a in catalog.made.artifacts(kind="dataset") for place in a.places}
    places |= {path.parent.resolve() for path in runs.rglob(MANIFEST_FILE)}
    wanted = set(clips)
    return [folder for folder in sorted(places) if _holds(folder, wanted)]


def _holds(folder: Path, clips: set[str]) -> bool:
    if not (folder / MANIFEST_FILE).exists():
        return False
    try:
        return not clips.isdisjoint(manifest_ids(folder))
    except DataError:
        return True  # a manifest that cannot be read may hold anybody


def unfinished_builds(runs: Path) -> list[Path]:
    """Folders below ``runs`` with features but without a manifest: nobody can tell whose."""
    folders = {path.parent.resolve() for path in runs.rglob("features-*.npy")}
    return [folder for folder in sorted(folders) if not (folder / MANIFEST_FILE).exists()]


def teachers(recordings: Path) -> list[Path]:
    """Models in the cache of teachers. Nobody can tell which data set taught which of them."""
    return sorted(path for path in (recordings / "teachers").glob("*") if path.is_dir())


def remove_dataset(folder: Path) -> None:
    """Remove a data set, and of its run's report the page, in which clips can be heard, and what was made of each."""
    for name in _FIRST:
        (folder / name).unlink(missing_ok=True)
    for place, patterns in ((folder.parent / "report", _OF_REPORT), (folder, _PATTERNS)):
        for pattern in patterns:
            for file in place.glob(pattern):
                file.unlink(missing_ok=True)
    for name in _FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in _LAST:
        (folder / name).unlink(missing_ok=True)


@dataclass(frozen=True)
class Exported:
    """What names a person in exported folders: files that go, and lists and tables that lose their lines."""

    files: tuple[Path, ...] = ()
    lists: tuple[Path, ...] = ()


def exported_files(folders: Iterable[Path], marks: Sequence[str]) -> Exported:
    """Files whose name has a mark of the person (pseudonym, clip, samples), and texts that mention one."""
    files, lists = set(), set()
    for folder in folders:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else []:
            if not file.is_file():
                continue
            if _marked(file.name, marks):
                files.add(file)
            elif file.suffix in (*_LINES, *_JSON) and _marked(file.read_text("utf-8", "replace"), marks):
                lists.add(file)
    return Exported(tuple(sorted(files)), tuple(sorted(lists)))


def strike_out(file: Path, marks: Sequence[str]) -> None:
    """Write a list or table again without the lines or entries that mention the person; one that is broken goes."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if file.suffix in _LINES:
        write_text(file, "".join(line for line in text.splitlines(keepends=True) if not _marked(line, marks)))
        return
    try:
        document = json.loads(text)
    except ValueError:
        file.unlink()
        return
    write_text(file, json.dumps(_without(document, marks), indent=1, ensure_ascii=False) + "\n")


def _without(value: Any, marks: Sequence[str]) -> Any:
    """A JSON value without entries of lists that mention a mark, and without keys and texts that do."""
    if isinstance(value, list):
        return [item for item in value if not _marked(json.dumps(item, ensure_ascii=False), marks)]
    if isinstance(value, dict):
        return {key: _without(item, marks) for key, item in value.items() if not _marked(key, marks)}
    return "" if isinstance(value, str) and _marked(value, marks) else value


def _marked(text: str, marks: Sequence[str]) -> bool:
    return any(mark in text for mark in marks)
