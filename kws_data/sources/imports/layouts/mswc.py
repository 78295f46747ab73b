"""The layout of the Multilingual Spoken Words Corpus: words cut out of Common Voice.

::

    <language>/<language>_splits.csv         SET,LINK,WORD,VALID,SPEAKER,GENDER  (SET is TRAIN, DEV or TEST)
    <language>/<language>_train.csv, …       the same without SET, where there is no table of all
    <language>/clips/<word>/common_voice_….opus

The folder of one language or one above several. ``SPEAKER`` is a hash that the project makes.
Mazumder et al., "Multilingual Spoken Words Corpus", 2021; CC-BY-4.0.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from kws_data.errors import DataError
from kws_data.sources.imports.items import SPLIT_NAMES, Item, Layout, Scan, audio_below, relative_name
from kws_data.sources.imports.speaker_terms import gender_of, said
from kws_data.tables.table import read_table

LICENCE, CONSENT = "CC-BY-4.0", "public data set"
_ABSENT = ("", "nan", "none")


def scan(root: Path) -> Scan:
    """Valid clips of all languages in the folder.

    Raises:
        DataError: no table in it, or one that cannot be read.
    """
    found = list(_tables(root))
    if not found:
        raise DataError("no table of the corpus in the folder", str(root), f"expected {LAYOUT.expected}")
    items: dict[str, Item] = {}
    problems: list[tuple[str, str]] = []
    absent: list[str] = []
    for table_path, split in found:
        language = table_path.name.partition("_")[0]
        table = read_table(table_path, needed=("link", "word"))
        problems += table.problems
        for line, row in table.rows:
            name = _name(root, table_path.parent, row["link"])
            name = name and _there(root, name)
            place = f"{table_path.name} line {line}"
            if name is None or not row["word"] or "/" in row["word"]:
                problems.append((place, "names no word or no file below clips/"))
            elif row.get("valid", "").lower() == "false":
                problems.append((place, f"{row['link']} is marked as not valid"))
            elif not (root / name).is_file():
                absent.append(name)
            else:
                items.setdefault(name, _item(root / name, name, row, split, language))
    taken = {item.path for item in items.values()}
    left = [relative_name(path, root) for path in audio_below(root) if path not in taken]
    notes = [f"{len(left):,} clips are not used, as no row of a table takes them, such as {left[0]}"] if left else []
    return Scan([items[name] for name in sorted(items)], tuple(problems), tuple(absent), tuple(notes))


def _tables(root: Path) -> Iterator[tuple[Path, str]]:
    """(table, split of all its rows or empty) of each language."""
    for folder in [root, *sorted(p for p in root.iterdir() if p.is_dir())]:
        if whole := sorted(folder.glob("*_splits.csv")):
            yield whole[0], ""
            continue
        for name, split in (("train", "training"), ("dev", "validation"), ("test", "testing")):
            yield from ((path, split) for path in sorted(folder.glob(f"*_{name}.csv")))


def _name(root: Path, folder: Path, link: str) -> str | None:
    """Path of the clip below ``root``; None when it leads out of ``clips/``."""
    parts = link.replace("\\", "/").removeprefix("./").removeprefix("clips/").split("/")
    if len(parts) != 2 or any(part in ("", ".", "..") or "\0" in part for part in parts):
        return None
    return (folder.relative_to(root) / "clips" / parts[0] / parts[1]).as_posix()


def _there(root: Path, name: str) -> str:
    """The name in the Unicode form that the disk has; as it is when there is no such file."""
    forms = (name, unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name))
    return next((form for form in forms if (root / form).is_file()), name)


def _item(path: Path, name: str, row: dict[str, str], split: str, language: str) -> Item:
    status = path.stat()
    speaker = row.get("speaker", "")
    return Item(
        path,
        name,
        row["word"].lower(),
        "" if speaker.lower() in _ABSENT else speaker,
        status.st_size,
        status.st_mtime_ns,
        split or SPLIT_NAMES.get(row.get("set", "").lower(), ""),
        LICENCE,
        CONSENT,
        named=False,
        attributes=said(gender=gender_of(row.get("gender", "")), language=language),
    )


LAYOUT = Layout("mswc", scan, "<language>/<language>_splits.csv and <language>/clips/<word>/*.opus")
