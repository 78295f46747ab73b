"""Which files of an Edge Impulse export are audio, and what a person should know of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from kws_data.sources.imports.items import SPLIT_NAMES, SUFFIXES, plain_text
from kws_data.sources.imports.json_files import shown, text
from kws_data.sources.imports.layouts.edge_impulse_labels import INFO, STRUCTURED, TABLES, Labels

ACQUISITION = frozenset({".json", ".cbor"})
#: Samples of other sensors, and pictures.
NO_AUDIO = frozenset(
    {".csv", ".parquet", ".txt", ".npy", ".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".avi", ".mp4", ".mov"}
)


def suffix(name: str) -> str:
    """Suffix of a file in lower case, with its dot."""
    return PurePosixPath(name).suffix.lower()


def in_split(name: str) -> bool:
    """Whether a file lies in the folder of a split."""
    return "/" in name and name.partition("/")[0].lower() in SPLIT_NAMES


def unnamed(names: Iterable[str], labels: Labels) -> dict[str, str]:
    """Audio in the folders of splits that no table names, and the label that stands in the name of each."""
    left = [name for name in names if in_split(name) and name not in labels.named]
    audio = [name for name in left if suffix(name) in SUFFIXES | ACQUISITION]
    return {name: PurePosixPath(name).name.partition(".")[0].strip() for name in audio}


def notes(names: Iterable[str], labels: Labels, labelled_by_name: Mapping[str, str]) -> Iterator[str]:
    """What a person should know of the whole, one line each.

    Args:
        names: of all files below the folder.
        labels: what its tables say.
        labelled_by_name: label of each file whose label comes from its name.
    """
    for table in labels.unread:
        yield f"{table} is not read: labels come from {INFO} and {STRUCTURED}"
    if labelled_by_name:
        name, label = next(iter(labelled_by_name.items()))
        many = f"{len(labelled_by_name)} files are not named in {INFO}"
        yield f"{many}: the first part of a file's name is its label, such as '{shown(label)}' of {plain_text(name)}"
    if labels.otherwise:
        many = f"{len(labels.otherwise)} files have another label in a second table"
        yield f"{many}, such as {labels.otherwise[0]}: the first table counts"
    yield from _left_out(names, labels)
    categories = Counter(text(entry.get("category")).lower() for entry in labels.entries.values())
    for category, count in sorted(categories.items()):
        if category and category not in SPLIT_NAMES:
            yield f"{count} files are of the category {shown(category)}: kws draws their split"


def _left_out(names: Iterable[str], labels: Labels) -> Iterator[str]:
    """Files that are no audio, and audio of which nothing says what it is."""
    read = SUFFIXES | ACQUISITION | {TABLES}
    others: Counter[str] = Counter()
    outside = []
    for name in names:
        belongs = in_split(name) or name in labels.named
        if belongs and suffix(name) not in read:
            others[suffix(name) or "no suffix"] += 1
        elif not belongs and suffix(name) in SUFFIXES:
            outside.append(plain_text(name))
    if others:
        counts = ", ".join(f"{count} of {kind}" for kind, count in sorted(others.items()))
        yield f"files in the export are no audio and are left out ({counts}): export sound as .wav"
    if outside:
        many = f"{len(outside)} audio files are in no folder of a split and not named in {INFO}"
        yield f"{many}, such as {outside[0]}: they are left out"
