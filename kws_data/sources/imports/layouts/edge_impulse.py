"""The layout of an Edge Impulse export, and of its uploader.

::

    training/<label>.<id>.wav|json|cbor      testing/…          a folder of a split
    info.labels                              JSON; at the top, in training/ and testing/, or both
    {"version": 1, "files": [{"path": "training/yes.1.wav", "name": "yes.1", "category": "training",
     "label": {"type": "label", "label": "yes"}, "metadata": {"speaker": "s01"}}]}

``json`` and ``cbor`` files are in the data acquisition format (``payload`` with ``interval_ms``, ``sensors`` and
``values``). A file with several labels becomes a clip for each labelled stretch. Without ``info.labels`` the label is
what stands before the first dot of the name.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from kws_data.errors import DataError
from kws_data.sources.imports.attribution import Origin, read_attribution
from kws_data.sources.imports.items import (
    SPLIT_NAMES,
    Item,
    Layout,
    Scan,
    audio_below,
    plain_text,
    public_id,
    read_clip,
    read_stretch,
    relative_name,
)
from kws_data.sources.imports.json_files import items as listed
from kws_data.sources.imports.json_files import mapping, number, read_json, text
from kws_data.sources.imports.layouts.edge_impulse_files import read_acquisition
from kws_data.sources.imports.licences import licence_id
from kws_data.sources.imports.speaker_terms import age_of, gender_of, said

INFO = "info.labels"
SPLITS = ("training", "validation", "testing")
ACQUISITION = frozenset({".json", ".cbor"})
UNLABELLED = "unlabeled"


def scan(root: Path) -> Scan:
    """Samples that ``info.labels`` names, and files of the split folders that it does not name.

    Raises:
        DataError: an ``info.labels`` of another shape.
    """
    entries, problems = _entries(root)
    origins = read_attribution(root)
    items: list[Item] = []
    absent = []
    for name, entry in sorted(entries.items()):
        if not (root / name).is_file():
            absent.append(name)
            continue
        found, reason = _labelled(root, name, entry, origins)
        items += found
        problems += [(name, reason)] if reason else []
    for name in _unnamed(root, entries.keys()):
        label = PurePosixPath(name).name.partition(".")[0]
        items += [_item(root, name, label, {"category": name.partition("/")[0]})]
    return Scan(sorted(items, key=lambda item: item.name), tuple(problems), tuple(absent))


def _entries(root: Path) -> tuple[dict[str, dict[str, Any]], list[tuple[str, str]]]:
    """Entries of all ``info.labels`` by the path of their file below ``root``; the one at the top counts most."""
    entries: dict[str, dict[str, Any]] = {}
    problems: list[tuple[str, str]] = []
    for folder in ("", *SPLITS):
        path = root / folder / INFO
        if not path.is_file():
            continue
        document = read_json(path)
        files = document.get("files") if isinstance(document, dict) else None
        if not isinstance(files, list):
            raise DataError("info.labels has another shape", str(path), 'expected {"version": 1, "files": […]}')
        for place, entry in enumerate(files):
            name = _name(root, folder, mapping(entry))
            if name is None:
                problems.append((f"{folder + '/' if folder else ''}{INFO} files[{place}]", "names no file"))
            else:
                entries.setdefault(name, mapping(entry))
    return entries, problems


def _name(root: Path, folder: str, entry: dict[str, Any]) -> str | None:
    """Path of an entry's file below ``root``; the path may count from the top, the split's folder, or neither."""
    path = PurePosixPath(text(entry.get("path")).replace("\\", "/"))
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in str(path):
        return None
    category = text(entry.get("category"))
    near = [path, PurePosixPath(folder, path), PurePosixPath(category, path.name)]
    there = next((p for p in near if ".." not in p.parts and (root / p).is_file()), None)
    return (there or path).as_posix()


def _labelled(root: Path, name: str, entry: dict[str, Any], origins: dict[str, Origin]) -> tuple[list[Item], str]:
    """Clips of a file that ``info.labels`` names, or the reason why there is none."""
    label = mapping(entry.get("label"))
    if label.get("type") == "multi-label":
        return _stretches(root, name, entry, listed(label.get("labels")))
    word = text(label.get("label"))
    if not word or label.get("type") == UNLABELLED:
        return [], "not labelled"
    if origin := origins.get(name):
        return [replace(origin.item(root / name, name), word=origin.word_for(word))], ""
    return [_item(root, name, word, entry)], ""


def _stretches(root: Path, name: str, entry: dict[str, Any], labels: list[Any]) -> tuple[list[Item], str]:
    """One clip for each labelled stretch (times in milliseconds)."""
    if PurePosixPath(name).suffix.lower() in ACQUISITION:
        return [], "several labels in a file of samples: export it as .wav"
    items = []
    for one in map(mapping, labels):
        start, end, word = number(one.get("startIndex")), number(one.get("endIndex")), text(one.get("label"))
        if start is None or end is None or not 0 <= start < end or not word:
            return [], "labelled stretch without label, start or end"
        items.append(_item(root, name, word, entry, (start / 1_000, end / 1_000)))
    return items, "" if items else "not labelled"


def _unnamed(root: Path, named: Any) -> list[str]:
    """Files of the split folders that no entry names."""
    found = [relative_name(path, root) for folder in SPLITS for path in audio_below(root / folder)]
    samples = [path for folder in SPLITS for path in (root / folder).rglob("*") if path.suffix.lower() in ACQUISITION]
    found += [relative_name(path, root) for path in samples if path.is_file()]
    return sorted(set(found) - set(named))


def _item(root: Path, name: str, word: str, entry: dict[str, Any], stretch: tuple[float, float] | None = None) -> Item:
    path = root / name
    status = path.stat()
    metadata = {key.lower(): text(value) for key, value in mapping(entry.get("metadata")).items()}
    speaker = metadata.get("speaker", "")
    reader = read_acquisition if path.suffix.lower() in ACQUISITION else read_clip
    split = text(entry.get("category")).lower() or name.partition("/")[0]
    return Item(
        path,
        plain_text(name) + (f"#{stretch[0]:.3f}-{stretch[1]:.3f}" if stretch else ""),
        word,
        speaker,
        status.st_size,
        status.st_mtime_ns,
        SPLIT_NAMES.get(split, ""),
        licence_id(metadata.get("licence", "") or metadata.get("license", "")),
        metadata.get("consent", ""),
        metadata.get("session", ""),
        plain_text(name),
        named=not public_id(speaker),
        attributes=said(
            accent=metadata.get("accent", ""),
            gender=gender_of(metadata.get("gender", "")),
            age=age_of(metadata.get("age", "")),
            room=metadata.get("room", ""),
            device_model=metadata.get("device", ""),
            language=metadata.get("language", ""),
        ),
        read=partial(read_stretch, start_s=stretch[0], end_s=stretch[1]) if stretch else reader,
    )


LAYOUT = Layout("edge_impulse", scan, "training/ and testing/ with <label>.<id>.wav and info.labels")
