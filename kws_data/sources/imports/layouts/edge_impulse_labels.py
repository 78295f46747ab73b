"""What an Edge Impulse export says of its files: ``info.labels`` and ``structured_labels.labels``.

::

    info.labels               {"version": 1, "files": [{"path", "category", "label": {"type", …}, "metadata": {…}}]}
                              large exports: a line {"__ndjson": true, "version": 1}, then a line for each file
                              {"__key": "files", "__item": {"path": …}}
    structured_labels.labels  {"version": 1, "type": "structured-labels",
                               "structuredLabels": {"rec.1.wav": [{"startIndex", "endIndex", "label"}]}}

Both may lie at the top and in the folder of a split.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from kws_data.errors import DataError
from kws_data.sources.imports.files_below import FilesBelow
from kws_data.sources.imports.items import plain_text
from kws_data.sources.imports.json_files import mapping, read_json, read_json_or_lines, shown, text
from kws_data.sources.imports.layouts.edge_impulse_hashes import Ingested

INFO = "info.labels"
STRUCTURED = "structured_labels.labels"
TABLES = ".labels"
SAMPLES = (".wav", ".json", ".cbor")
UNLABELLED = "unlabeled"
#: Keys of a label of several keys that hold what is said.
WORD_KEYS = ("word", "keyword", "label", "class")
_ABOUT_SPEAKERS = frozenset({"speaker", "gender", "age", "accent", "room", "device", "language", "session"})
_NOT_LABELLED = "not labelled: label it and export it again"


@dataclass(frozen=True)
class Told:
    """What an entry says of its file: a word, or labelled stretches, or why neither."""

    word: str = ""
    stretches: tuple[Any, ...] = ()
    reason: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Labels:
    """What the tables say.

    Attributes:
        entries: by path of the file below the folder, as the disk has it, or as the table has it where it is absent.
        named: all files that a table names, those of whose labels nothing can be made too.
        problems: (place, reason) of what cannot be used.
        otherwise: files of which a table that counts less says something else.
        unread: tables of labels that are not read.
    """

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    problems: list[tuple[str, str]] = field(default_factory=list)
    otherwise: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def read_labels(files: FilesBelow) -> Labels:
    """Entries of all tables of an export; a table at the top counts more, and ``info.labels`` more than the other.

    Raises:
        DataError: an ``info.labels`` of another shape.
    """
    found = Labels()
    ingested = Ingested(files.names)
    tables = [name for name in files.names if name.lower().endswith(TABLES)]
    tables.sort(key=lambda name: (PurePosixPath(name).name.lower() != INFO, name.count("/"), name))
    for name in tables:
        kind = PurePosixPath(name).name.lower()
        if kind == INFO:
            _add(found, files, ingested, name, list(_info(files, name, found.problems)))
        elif kind == STRUCTURED:
            _add(found, files, ingested, name, list(_structured(files, name, found.problems)))
        else:
            found.unread.append(plain_text(name))
    return found


def _info(files: FilesBelow, name: str, problems: list[tuple[str, str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place, entry) of an ``info.labels``."""
    document, broken = read_json_or_lines(files.root / name)
    problems += [(f"{name} line {line}", reason) for line, reason in broken]
    entries = mapping(document).get("files", [] if broken else None)
    if not isinstance(entries, list):
        raise DataError(
            "info.labels has another shape", str(files.root / name), 'expected {"version": 1, "files": […]}'
        )
    for place, entry in enumerate(entries):
        yield f"{name} files[{place}]", mapping(entry)


def _structured(files: FilesBelow, name: str, problems: list[tuple[str, str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place, entry) of a ``structured_labels.labels``, in the form of the other table."""
    try:
        by_file = mapping(read_json(files.root / name)).get("structuredLabels")
    except DataError as error:
        problems.append((name, f"{error.what}: {error.remedy}"))
        return
    if not isinstance(by_file, dict):
        problems.append((name, 'has another shape: expected {"structuredLabels": {file: […]}}'))
        return
    for file, labels in by_file.items():
        yield f"{name} {shown(file, 80)}", {"path": file, "label": {"type": "multi-label", "labels": labels}}


def _add(
    found: Labels, files: FilesBelow, ingested: Ingested, table: str, entries: list[tuple[str, dict[str, Any]]]
) -> None:
    """Take the entries of one table. A file that it labels in two ways is labelled in none."""
    named = [(place, entry, *_name(files, table, entry)) for place, entry in entries]
    taken = {name for _, _, name, _ in named} | found.named
    own: dict[str, dict[str, Any]] = {}
    unclear: dict[str, str] = {}
    for place, entry, called, reason in named:
        name = _there(files, ingested, table, called, taken)
        if not name:
            found.problems.append((place, reason))
        elif name not in own:
            own[name] = entry
        elif own[name].get("label") != entry.get("label"):
            unclear[name] = f"has two different labels in {plain_text(table)}: leave the right one there"
        else:
            found.problems.append((place, f"names {shown(plain_text(name), 200)} a second time: leave it out"))
    found.problems += [(shown(plain_text(name), 200), reason) for name, reason in unclear.items()]
    for name in own.keys() - unclear.keys():
        known = found.entries.get(name)
        if known is None or (is_unlabelled(known) and not is_unlabelled(own[name])):
            found.entries[name] = {**(known or {}), **own[name]}
        elif known.get("label") != own[name].get("label") and not is_unlabelled(own[name]):
            found.otherwise.append(shown(plain_text(name), 200))
    found.named |= own.keys()


def _name(files: FilesBelow, table: str, entry: dict[str, Any]) -> tuple[str, str]:
    """Path of an entry's file below the folder, or the reason why there is none.

    The path may count from the top, from the table's folder, from a folder of the split, or from another machine, and
    lack its suffix.
    """
    path = PurePosixPath(text(entry.get("path")).replace("\\", "/"))
    if not path.name or "\0" in str(path):
        return "", "names no file: export it again"
    if ".." in path.parts:
        return "", "names a file outside of the folder: put it into the folder and correct its path"
    inside = PurePosixPath(*(part for part in path.parts if part != "/" and not part.endswith(":")))
    category = text(entry.get("category")).lower()
    near = [PurePosixPath(table).parent / inside, inside, PurePosixPath(path.parent.name, path.name)]
    near += [PurePosixPath(category, path.name)] if category and ".." not in category else []
    near += [PurePosixPath(f"{place}{suffix}") for place in near for suffix in SAMPLES]
    there = next((name for place in near if (name := files.at(place.as_posix()))), None)
    called = files.called(path.name) if not there and not category else []
    return there or (called[0] if len(called) == 1 else inside.as_posix()), ""


def _there(files: FilesBelow, ingested: Ingested, table: str, name: str, taken: Collection[str]) -> str:
    """The name, or that of the file it became in an ingestion, where no entry has that name already."""
    if not name or files.at(name):
        return name
    near = (posixpath.join(posixpath.dirname(table), name), name)
    found = next((there for place in near if (there := ingested.find(place))), None)
    return found if found and found not in taken else name


def is_unlabelled(entry: Mapping[str, Any]) -> bool:
    """Whether an entry says nothing of what is in its file."""
    label = entry.get("label")
    if isinstance(label, str):
        return not text(label)
    return mapping(label).get("type") == UNLABELLED or not (mapping(label).get("label") or mapping(label).get("labels"))


def told(entry: Mapping[str, Any]) -> Told:
    """What an entry says of its file."""
    label = entry.get("label")
    label = {"label": label} if isinstance(label, str) else mapping(label)
    labels = label.get("labels")
    metadata = mapping(entry.get("metadata"))
    if is_unlabelled(entry):
        return Told(reason=_NOT_LABELLED)
    if isinstance(labels, list):
        return Told(stretches=tuple(labels), metadata=metadata)
    if isinstance(labels, dict):
        return _of_keys({key.strip(): text(value) for key, value in labels.items()}, metadata)
    word = text(label.get("label"))
    return Told(word, metadata=metadata, reason="" if word else _NOT_LABELLED)


def _of_keys(labels: dict[str, str], metadata: Mapping[str, Any]) -> Told:
    """The word among several keys, such as ``{"word": "yes", "speaker": "b"}``; the others are metadata."""
    by_name = {key.lower(): key for key in labels if labels[key]}
    key = next((by_name[name] for name in WORD_KEYS if name in by_name), None)
    if key is None and len(by_name) == 1 and not by_name.keys() & _ABOUT_SPEAKERS:
        key = next(iter(by_name.values()))
    if key is None:
        keys = ", ".join(shown(name) for name in by_name.values()) or "none"
        return Told(reason=f"labels of several keys ({keys}), none of them {' or '.join(WORD_KEYS)}: rename one")
    others = {name: labels[known] for name, known in by_name.items() if known != key}
    return Told(labels[key], metadata={**others, **metadata})
