"""Recordings of which a table speaks: each row a clip, and what to say of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path, PurePosixPath

from kws_data.errors import DataError
from kws_data.sources.imports.container_folders import is_container
from kws_data.sources.imports.items import SPLIT_NAMES, Item, Scan, plain_text
from kws_data.sources.imports.layouts.speech_commands import speaker_of
from kws_data.sources.imports.rows import described
from kws_data.tables.columns import lacking, standard_row, unused_note, used_columns
from kws_data.tables.file_rows import check_has_file
from kws_data.tables.find import Lying, inside
from kws_data.tables.named_files import named_files

#: Columns of tables that name stretches of recordings.
TIMES = frozenset({"start", "start_s", "start_time", "begin", "onset", "offset", "end", "end_s", "end_time", "stop"})


def scan_table(root: Path, lying: Lying, names: Sequence[str]) -> Scan:
    """Files that a table names, files that it does not name, and names that have no file.

    Args:
        root: of the recordings.
        lying: the table, read.
        names: of all audio below the root.

    Raises:
        DataError: the table has no column for the file.
    """
    table = lying.table
    assert table is not None
    used = used_columns(table.columns)
    check_has_file(table, used)
    rows = [(f"{lying.name} {table.unit} {number}", standard_row(used, values)) for number, values in table.rows]
    texts = [row["file"] for _, row in rows]
    found = named_files(texts, [*names, *_other_files(root, lying.folder, texts, names)], lying.folder)
    _refuse_stretches(lying, found.found, texts)
    no_label = "fill in its column label" if "label" in used.values() else lacking("label", table.columns)
    items: dict[str, Item] = {}
    problems = [(lying.beside(place), reason) for place, reason in table.problems]
    absent = []
    for place, row in rows:
        text = row["file"]
        if text not in found.found and text not in found.reasons:
            absent.append(text)
        elif reason := found.reasons.get(text) or _problem(row, found.found[text], items, no_label):
            problems.append((place, reason))
        else:
            name = found.found[text]
            items[name] = file_item(root / name, plain_text(name), row, lying.split)
    read_for_it = [] if lying.is_sure else [f"words are those of {lying.name}"]
    notes = [*read_for_it, *unused_note(lying.name, used), *found.note(lying.name)]
    notes += [] if lying.split else _unlisted(lying, names, {*found.found.values()})
    return Scan(list(items.values()), tuple(problems), tuple(absent), tuple(notes))


def _refuse_stretches(lying: Lying, found: Mapping[str, str], texts: Sequence[str]) -> None:
    """Raise DataError for a table of stretches: a recording that stands in it more than once, with times."""
    times = sorted(set(lying.table.columns if lying.table else ()) & TIMES)
    rows = Counter(found[text] for text in texts if text in found)
    twice, most = rows.most_common(1)[0] if times and rows else ("", 0)
    if most > 1:
        remedy = "cut the recordings at these times first, or import them as Label Studio's or Edge Impulse's export"
        raise DataError(f"{lying.name} names stretches of recordings ({', '.join(times)})", twice, remedy)


def _problem(row: Mapping[str, str], name: str, items: Mapping[str, Item], remedy: str) -> str:
    """Why a row cannot become a clip though its file is there; empty where it can."""
    if name in items:
        other = row.get("label", "")
        as_other = f", as {other} and not {items[name].word}" if other not in ("", items[name].word) else ""
        return f"names {name} a second time{as_other}: the first line counts"
    above = PurePosixPath(name).parent.name
    if row.get("label") or (above and not is_container(above)):
        return ""
    where = f"lies in {above}, which is no word" if above else "lies in no folder of a label"
    return f"has no label, and the file {where}: {remedy}"


def _unlisted(lying: Lying, names: Sequence[str], named: Set[str]) -> list[str]:
    """What to tell about audio in the table's folder that it does not name."""
    left = [name for name in names if name not in named and inside(Lying(name).folder, lying.folder)]
    return [f"{len(left)} audio files are not in {lying.name} and are left out, such as {left[0]}"] if left else []


def _other_files(root: Path, folder: str, texts: Sequence[str], names: Sequence[str]) -> list[str]:
    """Files that are named but have no suffix of audio: they are set aside with a reason when they are read."""
    there = set(names)
    paths = (PurePosixPath(folder, text.replace("\\", "/")) for text in texts if "\0" not in text)
    other = {path.as_posix() for path in paths if not path.is_absolute() and ".." not in path.parts} - there
    return [name for name in sorted(other) if (root / name).is_file()]


def file_item(path: Path, name: str, row: Mapping[str, str], split: str = "") -> Item:
    """The clip of a file, of whose row, folders and name it is made.

    Args:
        path: of the file; raises OSError.
        name: its path below the root.
        row: texts by the names of :data:`kws_data.tables.columns.COLUMNS`; empty where no table names it.
        split: which its table stands for.
    """
    status = path.stat()
    above = PurePosixPath(name).parts[:-1]
    speaker = speaker_of(name) if "_nohash_" in name else ""
    split = next((part for part in above if part.lower() in SPLIT_NAMES), split)
    word = above[-1] if above else ""
    item = described(path, name, row, word=word, speaker=speaker, split=SPLIT_NAMES.get(split.lower(), ""))
    return replace(item, size_bytes=status.st_size, mtime_ns=status.st_mtime_ns)
