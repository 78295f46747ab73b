"""The layout of an Edge Impulse export, and of its uploader.

::

    training/<label>.<id>.wav|json|cbor      testing/…          a folder of a split
    info.labels, structured_labels.labels                       at the top, in training/ and testing/, or both

``json`` and ``cbor`` files are in the data acquisition format (``payload`` with ``interval_ms``, ``sensors`` and
``values``). A file with several labels becomes a clip for each labelled stretch. Where no table names a file, the
label is what stands before the first dot of its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from kws_data.decoding import length_of
from kws_data.errors import AudioError
from kws_data.sources.imports.attribution import Origin, read_attribution
from kws_data.sources.imports.files_below import FilesBelow
from kws_data.sources.imports.items import (
    SPLIT_NAMES,
    Item,
    Layout,
    Scan,
    plain_text,
    public_id,
    read_clip,
    read_stretch,
)
from kws_data.sources.imports.json_files import mapping, shown, text
from kws_data.sources.imports.layouts.edge_impulse_files import acquired, read_acquired, read_acquisition
from kws_data.sources.imports.layouts.edge_impulse_kinds import ACQUISITION, NO_AUDIO, notes, suffix, unnamed
from kws_data.sources.imports.layouts.edge_impulse_labels import Told, read_labels, told
from kws_data.sources.imports.layouts.edge_impulse_stretches import Stretch, stretches
from kws_data.sources.imports.licences import licence_id
from kws_data.sources.imports.speaker_terms import age_of, gender_of, said


def scan(root: Path) -> Scan:
    """Samples that a table names, and files of the split folders that none names.

    Raises:
        DataError: an ``info.labels`` of another shape.
    """
    files = FilesBelow(root)
    there = frozenset(files.names)
    labels = read_labels(files)
    origins = read_attribution(root)
    items: list[Item] = []
    problems = list(labels.problems)
    for name, entry in sorted(labels.entries.items()):
        if name in there and suffix(name) not in NO_AUDIO:
            found, reasons = _labelled(root, name, entry, origins)
            items += found
            problems += [(f"{plain_text(name)} {which}".rstrip(), reason) for which, reason in reasons]
    by_name = unnamed(files.names, labels)
    nameless = [name for name, label in by_name.items() if not label]
    problems += [(plain_text(name), "its name says no label: rename it <label>.<id>.wav") for name in nameless]
    by_name = {name: label for name, label in by_name.items() if label}
    items += [_item(root, name, label, {"category": name.partition("/")[0]}) for name, label in by_name.items()]
    absent = tuple(shown(name, 200) for name in sorted(labels.entries.keys() - there))
    return Scan(
        sorted(items, key=lambda item: item.name), tuple(problems), absent, tuple(notes(files.names, labels, by_name))
    )


def _labelled(
    root: Path, name: str, entry: dict[str, Any], origins: Mapping[str, Origin]
) -> tuple[list[Item], list[tuple[str, str]]]:
    """Clips of a file that a table names, and (which, reason) of what becomes none."""
    label = told(entry)
    if label.reason:
        return [], [("", label.reason)]
    if label.stretches:
        return _stretches(root, name, entry, label)
    if origin := origins.get(name):
        return [replace(origin.item(root / name, name), word=origin.word_for(label.word))], []
    return [_item(root, name, label.word, {**entry, "metadata": label.metadata})], []


def _stretches(root: Path, name: str, entry: dict[str, Any], label: Told) -> tuple[list[Item], list[tuple[str, str]]]:
    """One clip for each labelled stretch that can be used."""
    try:
        samples, rate_hz = _length(root / name)
    except AudioError as error:
        return [], [("", f"{error.what}: {error.remedy}")]
    found, reasons = stretches(label.stretches, samples, rate_hz)
    return [_item(root, name, stretch.word, entry, stretch) for stretch in found], reasons


def _length(path: Path) -> tuple[int, int]:
    """Number of samples and rate of a recording; raises AudioError."""
    if path.suffix.lower() not in ACQUISITION:
        return length_of(path)
    values, rate_hz = acquired(path)
    return len(values), rate_hz


def _item(root: Path, name: str, word: str, entry: dict[str, Any], stretch: Stretch | None = None) -> Item:
    path = root / name
    status = path.stat()
    metadata = {key.lower(): text(value) for key, value in mapping(entry.get("metadata")).items()}
    speaker = metadata.get("speaker", "")
    acquisition = path.suffix.lower() in ACQUISITION
    read_whole, read_part = (read_acquisition, read_acquired) if acquisition else (read_clip, read_stretch)
    split = (text(entry.get("category")) or name.partition("/")[0]).lower()
    return Item(
        path,
        plain_text(name) + (f"#{stretch.start_s:.3f}-{stretch.end_s:.3f}" if stretch else ""),
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
        read=partial(read_part, start_s=stretch.start_s, end_s=stretch.end_s) if stretch else read_whole,
    )


LAYOUT = Layout("edge_impulse", scan, "training/ and testing/ with <label>.<id>.wav and info.labels")
