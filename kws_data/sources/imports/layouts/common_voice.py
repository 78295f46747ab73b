"""The layout of Mozilla Common Voice.

::

    <language>/validated.tsv               client_id path sentence … age gender accents locale segment
    <language>/train.tsv dev.tsv test.tsv  the same columns: the given splits
    <language>/clips/*.mp3

The folder of one language or one above several. A sentence of one word, or of the "Single Word" segment, is that word;
a longer one is running speech (``(speech)``) with its transcript, in scripts without blanks too. Clips that nobody has
validated are left out. CC0-1.0; ``client_id`` is a hash that the project makes.
"""

from __future__ import annotations

from pathlib import Path

from kws_data.catalog.transcripts import is_sentence, words_of
from kws_data.errors import DataError
from kws_data.labels import SPEECH
from kws_data.sources.imports.items import SPLIT_NAMES, SUFFIXES, Item, Layout, Scan
from kws_data.sources.imports.speaker_terms import age_of, gender_of, said
from kws_data.tables.table import read_table

LICENCE, CONSENT = "CC0-1.0", "public data set"
SPLIT_TABLES = ("train.tsv", "dev.tsv", "test.tsv")
TABLES = ("validated.tsv", *SPLIT_TABLES)
SINGLE_WORD = ("single word", "singleword", "benchmark")


def scan(root: Path) -> Scan:
    """Validated clips of all languages in the folder.

    Raises:
        DataError: no table in it, or one that cannot be read.
    """
    languages = [root, *sorted(p for p in root.iterdir() if p.is_dir())]
    languages = [folder for folder in languages if any((folder / name).is_file() for name in TABLES)]
    if not languages:
        raise DataError("no table of Common Voice in the folder", str(root), f"expected {LAYOUT.expected}")
    scans = [_scan_language(root, folder) for folder in languages]
    return Scan(
        [item for part in scans for item in part.items],
        tuple(problem for part in scans for problem in part.problems),
        tuple(name for part in scans for name in part.absent),
        tuple(note for part in scans for note in part.notes),
    )


def _scan_language(root: Path, folder: Path) -> Scan:
    splits: dict[str, str] = {}
    rows: dict[str, dict[str, str]] = {}
    problems: list[tuple[str, str]] = []
    for name in TABLES:
        if not (folder / name).is_file():
            continue
        table = read_table(folder / name, needed=("client_id", "path", "sentence"), tabs=True)
        problems += [(f"{folder.name}/{place}", reason) for place, reason in table.problems]
        for line, row in table.rows:
            file = _file_name(row["path"])
            if not file:
                problems.append((f"{folder.name}/{name} line {line}", "names no file"))
                continue
            rows.setdefault(file, row)
            if name in SPLIT_TABLES:
                splits[file] = SPLIT_NAMES[name.removesuffix(".tsv")]
    there = _files_of(folder / "clips")
    prefix = "" if folder == root else f"{folder.name}/"
    items = [
        _item(folder / "clips" / file, f"{prefix}clips/{file}", rows[file], splits.get(file, ""), folder.name)
        for file in sorted(rows.keys() & there)
    ]
    absent = tuple(f"{prefix}clips/{file}" for file in sorted(rows.keys() - there))
    left = sorted(file for file in there - rows.keys() if Path(file).suffix.lower() in SUFFIXES)
    untold = f"{len(left):,} clips are in no table of validated ones and are left out, such as "
    return Scan(items, tuple(problems), absent, (f"{untold}{left[0]}",) if left else ())


def _file_name(text: str) -> str:
    """Name of the file in ``clips/``; empty when the text is none. Old releases leave the suffix out."""
    name = text.replace("\\", "/").rpartition("/")[2]
    if name in ("", ".", "..") or "\0" in name:
        return ""
    return name if "." in name else f"{name}.mp3"


def _files_of(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()} if folder.is_dir() else set()


def _item(path: Path, name: str, row: dict[str, str], split: str, language: str) -> Item:
    status = path.stat()
    return Item(
        path,
        name,
        word_of(row["sentence"], row.get("segment", "")),
        row["client_id"],
        status.st_size,
        status.st_mtime_ns,
        split,
        LICENCE,
        CONSENT,
        named=False,
        attributes=said(
            transcript=row["sentence"],
            language=row.get("locale", "") or language,
            accent=row.get("accents", "") or row.get("accent", ""),
            gender=gender_of(row.get("gender", "")),
            age=age_of(row.get("age", "")),
        ),
    )


def word_of(sentence: str, segment: str) -> str:
    """The word of a sentence of one word; words joined by ``_`` in the single-word segment; else ``(speech)``.

    In scripts without blanks a sentence is one word only where it is as short as one.
    """
    words = words_of(sentence)
    single = segment.strip().lower() in SINGLE_WORD
    if words and (single or (len(words) == 1 and not is_sentence(words[0]))):
        return "_".join(words).lstrip("_") or SPEECH
    return SPEECH


LAYOUT = Layout("common_voice", scan, "<language>/validated.tsv, train.tsv, dev.tsv, test.tsv and clips/*.mp3")
