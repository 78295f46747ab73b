"""Any folder of recordings: ``<label>/*.wav`` at any depth, or any tree with a table of what is in it.

::

    metadata.csv      file,label,speaker,accent,gender,age,licence,consent,split,session,device,transcript,language

The table lies at the top; only ``file`` is needed (a path below the folder). Without it, or without a label in it, the
label is the name of the folder that holds the file, and the split that of a folder above it (``train/yes/a.wav``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from kws_data.errors import DataError
from kws_data.sources.imports.attribution import read_attribution
from kws_data.sources.imports.items import SPLIT_NAMES, Item, Layout, Scan, audio_below, plain_text, relative_name
from kws_data.sources.imports.layouts.speech_commands import speaker_of
from kws_data.sources.imports.rows import described
from kws_data.tables.columns import standard_row, unused_note, used_columns
from kws_data.tables.table import Table, read_table

TABLES = ("metadata.csv", "metadata.tsv")


def scan(root: Path) -> Scan:
    """Files of the table, or all audio below the folder.

    Raises:
        DataError: a table that cannot be read.
    """
    for name in TABLES:
        if (root / name).is_file():
            return scan_table(root, read_table(root / name), name)
    origins = read_attribution(root)
    items, problems = [], []
    for path in audio_below(root):
        name = relative_name(path, root)
        if origin := origins.get(name):
            items.append(origin.item(path, name))
        elif path.parent == root:
            problems.append((name, "no label: it lies in no folder of a label, and no metadata.csv names it"))
        else:
            items.append(_item(path, name, {}))
    return Scan(items, tuple(problems))


def scan_table(root: Path, table: Table, table_name: str) -> Scan:
    """Files that a table names, files that it does not name, and names that have no file.

    Raises:
        DataError: the table has no column for the file.
    """
    used = used_columns(table.columns)
    if "file" not in used.values():
        raise DataError(f"{table_name} has no column for the file", ", ".join(table.columns[:20]), "name one file")
    problems, absent = list(table.problems), []
    items: dict[str, Item] = {}
    for line, values in table.rows:
        row = standard_row(used, values)
        place = f"{table_name} line {line}"
        name = _safe_name(row["file"])
        if name is None:
            problems.append((place, "names no file below the folder"))
        elif name in items:
            problems.append((place, f"names {name} a second time"))
        elif not (root / name).is_file():
            absent.append(name)
        elif not row.get("label") and "/" not in name:
            problems.append((place, "has no label, and the file lies in no folder of a label"))
        else:
            items[name] = _item(root / name, plain_text(name), row)
    return Scan(
        [items[name] for name in sorted(items)],
        tuple(problems),
        tuple(absent),
        tuple(_notes(root, table_name, used, items)),
    )


def _notes(root: Path, table_name: str, used: dict[str, str], items: Iterable[str]) -> list[str]:
    notes = unused_note(table_name, used)
    listed = set(items)
    unlisted = sum(path.relative_to(root).as_posix() not in listed for path in audio_below(root))
    if unlisted:
        notes.append(f"{unlisted} audio files are not in {table_name} and are left out")
    return notes


def _safe_name(text: str) -> str | None:
    """A path below the folder; None when it is empty or leads out of it."""
    path = PurePosixPath(text.replace("\\", "/").removeprefix("./"))
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in text:
        return None
    return path.as_posix()


def _item(path: Path, name: str, row: dict[str, str]) -> Item:
    status = path.stat()
    above = PurePosixPath(name).parts[:-1]
    speaker = speaker_of(name) if "_nohash_" in name else ""
    split = next((SPLIT_NAMES[part.lower()] for part in above if part.lower() in SPLIT_NAMES), "")
    item = described(path, name, row, word=above[-1] if above else "", speaker=speaker, split=split)
    return replace(item, size_bytes=status.st_size, mtime_ns=status.st_mtime_ns)


LAYOUT = Layout("folder", scan, "<label>/*.wav, or any tree with a metadata.csv (file,label,speaker,…)")
