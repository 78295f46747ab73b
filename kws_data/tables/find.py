"""Which tables lie among recordings, which of them say what the recordings are, and which nobody reads."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kws_data.errors import DataError
from kws_data.tables.columns import used_columns
from kws_data.tables.table import SUFFIXES, TEXT_SUFFIXES, Table, read_table

#: Tables that are never read: what to save them as is told.
UNREADABLE = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers", ".parquet", ".arrow", ".feather", ".scp")
#: The name that is surely a table of the recordings, then others in the order in which they count.
SURE = "metadata"
KNOWN = ("labels", "label", "index", "manifest", "annotations", "annotation", "transcripts", "dataset", "data", "info")
#: A table of one split: ``train.csv``, ``my_set-test.tsv``.
_SPLIT = re.compile(r"(?:^|[_\-. ])(train|training|dev|val|valid|validation|test|testing|eval)$")
DEPTH = 3
_MOST = 40


@dataclass(frozen=True)
class Lying:
    """A table among recordings.

    Attributes:
        name: its path below the root, with slashes.
        table: what it says; None where it is not read.
        split: which its name says; empty for none.
    """

    name: str
    table: Table | None = None
    split: str = ""

    @property
    def folder(self) -> str:
        """Where it lies below the root; empty at the top."""
        folder = PurePosixPath(self.name).parent.as_posix()
        return "" if folder == "." else folder

    @property
    def stem(self) -> str:
        """Its name without folder and suffix, in lower case."""
        return PurePosixPath(self.name).stem.lower()

    @property
    def is_sure(self) -> bool:
        """Whether its name says that it is about the recordings."""
        return self.stem == SURE

    def beside(self, place: str) -> str:
        """A place of the table, with its folder."""
        return f"{self.folder}/{place}" if self.folder else place


@dataclass(frozen=True)
class Tables:
    """Tables that are read, each for the recordings in its folder and below, and names of those that are not."""

    read: tuple[Lying, ...] = ()
    unread: tuple[str, ...] = ()

    def notes(self) -> list[str]:
        """What to tell about tables that are not read."""
        if not self.unread:
            return []
        there = ", ".join(self.unread[:3]) + (f" and {len(self.unread) - 3} more" if len(self.unread) > 3 else "")
        instead = f" ({', '.join(one.name for one in self.read[:3])} says what the recordings are)" if self.read else ""
        return [f"tables lie there unread: {there}{instead}; {remedy(self.unread[0])}"]


def remedy(name: str) -> str:
    """What to do with a table that is not read."""
    if name.lower().endswith(UNREADABLE):
        return f"save {name} as metadata.csv with the columns file and label"
    return f"if {name} says what the recordings are, rename it metadata.csv and call its columns file and label"


def metadata_table(folder: Path) -> Path | None:
    """``metadata.csv`` of a folder, as :func:`table_named` finds it."""
    return table_named(folder, SURE)


def table_named(folder: Path, stem: str) -> Path | None:
    """The table of a name in a folder, whatever its case and suffix (``Metadata.CSV``, ``metadata.jsonl``), or None.

    JSON counts only where it has a column for the file: many a tool writes a ``metadata.json`` that is no table.
    """
    there = {path.name.lower(): path.name for path in sorted(folder.iterdir(), reverse=True) if path.is_file()}
    names = [there[f"{stem}{suffix}"] for suffix in SUFFIXES if f"{stem}{suffix}" in there]
    tables = (one for one in names if one.lower().endswith(TEXT_SUFFIXES) or _telling(folder, one, {"file"}))
    return next((folder / name for name in tables), None)


def find_tables(root: Path, skipped: Iterable[str] = ()) -> Tables:
    """The tables at the top of a folder, or else those below it, each for its own folder.

    ``metadata.csv`` counts (whatever its case; ``.tsv``, ``.jsonl``, ``.ndjson``, ``.json``); without one, tables with
    columns for file and label: ``labels``, ``index``, ``manifest``…, then those of splits (``train.csv``, ``test.csv``)
    together, then the first by name.

    Args:
        root: of the recordings.
        skipped: names of files that are no tables of recordings, in lower case.

    Raises:
        DataError: a ``metadata.csv`` at the top that cannot be read.
    """
    lying = [name for name in _lying(root) if PurePosixPath(name).name.lower() not in skipped]
    folders: dict[str, list[str]] = {}
    for name in lying:
        folders.setdefault(Lying(name).folder, []).append(name)
    read: list[Lying] = []
    for folder in sorted(folders, key=lambda folder: (folder.count("/") + bool(folder), folder)):
        if not any(inside(folder, one.folder) for one in read):
            read += _chosen(root, folders[folder])
    used = {one.name for one in read}
    unread = [name for name in lying if name not in used and (not name.lower().endswith(".json") or _is_known(name))]
    return Tables(tuple(read), tuple(unread))


def inside(folder: str, above: str) -> bool:
    """Whether a folder is another one or lies in it; empty is the root."""
    return not above or folder == above or folder.startswith(f"{above}/")


def _is_known(name: str) -> bool:
    return Lying(name).stem in (SURE, *KNOWN)


def _lying(root: Path) -> Iterator[str]:
    """Paths of files that are tables by their suffix, the nearest to the root first in each folder."""
    for folder, folders, files in os.walk(root):
        depth = len(Path(folder).relative_to(root).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".")) if depth < DEPTH else []
        for name in sorted(files):
            if name.lower().endswith((*SUFFIXES, *UNREADABLE)) and not name.startswith("."):
                yield Path(folder, name).relative_to(root).as_posix()


def _chosen(root: Path, names: Sequence[str]) -> list[Lying]:
    """Of the tables in one folder that or those which say what the recordings are."""
    readable = [Lying(name) for name in names if name.lower().endswith(SUFFIXES)]
    sure = [one.name for one in readable if one.stem == SURE]
    for name in sorted(sure, key=lambda name: SUFFIXES.index(PurePosixPath(name).suffix.lower())):
        if "/" not in name and name.lower().endswith(TEXT_SUFFIXES):
            return [Lying(name, read_table(root / name))]
        if one := _telling(root, name, {"file"}):
            return [one]
    telling = [one for one in (_telling(root, one.name) for one in readable[:_MOST]) if one]
    known = sorted((one for one in telling if one.stem in KNOWN), key=lambda one: KNOWN.index(one.stem))
    splits = [one for one in telling if one.split]
    return known[:1] or splits or telling[:1]


def _telling(root: Path, name: str, needed: Set[str] = frozenset({"file", "label"})) -> Lying | None:
    """A table with columns for what is needed; None for any other."""
    try:
        table = read_table(root / name)
    except DataError:
        return None
    if not needed <= set(used_columns(table.columns).values()):
        return None
    split = _SPLIT.search(PurePosixPath(name).stem.lower())
    return Lying(name, table, split[1] if split else "")
