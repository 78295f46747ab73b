"""Lists of the files of a split, as Speech Commands has them: one path a line, written on any system."""

from __future__ import annotations

import codecs
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from kws_data.errors import DataError
from kws_data.sources.imports.items import SUFFIXES

#: Name of a list, in lower case -> split of what it names.
LISTS = {"validation_list.txt": "validation", "testing_list.txt": "testing"}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class SplitLists:
    """What lists say of files.

    Attributes:
        splits: split of each file that a list names, by the name of the file below the folder.
        absent: lines that name no file, as they stand in the list.
        notes: what a person should know, one line each.
    """

    splits: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_split_lists(root: Path, names: Iterable[str]) -> SplitLists:
    """Match the lists at the top of a folder with the names of its files.

    A line names a file by its word and its name; the suffix does not count (lists of WAV names serve a folder of FLAC
    files), nor do Unicode's forms, folders above the word, and case where there is no file in the same.

    Raises:
        DataError: a list that cannot be read or is no text.
    """
    lines = [(line, split) for path, split in _lists(root) for line in _lines(path)]
    if not lines:
        return SplitLists()
    find = _Finder(names)
    splits: dict[str, str] = {}
    absent: list[str] = []
    twice: set[str] = set()
    for line, split in lines:
        files = find(line)
        twice.update(name for name in files if splits.get(name, split) != split)
        splits |= dict.fromkeys(files, split)
        absent += [] if files else [line]
    notes = [f"{len(twice)} files stand in both lists, such as {min(twice)}: they are tested"] if twice else []
    return SplitLists(splits, tuple(dict.fromkeys(absent)), tuple(notes))


def _lists(root: Path) -> Iterator[tuple[Path, str]]:
    """The lists of the folder, whatever the case of their names; that of the test comes last, so that it wins."""
    there = {path.name.lower(): path for path in sorted(root.iterdir(), reverse=True) if path.is_file()}
    return ((there[name], split) for name, split in LISTS.items() if name in there)


def _lines(path: Path) -> list[str]:
    """Lines that name a file: no blank ones, no comments."""
    try:
        data = path.read_bytes()
        text = data.decode(_encoding(data))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror or "" if isinstance(error, OSError) else "it is no UTF-8 text: save it as UTF-8"
        raise DataError("list of files cannot be read", str(path), reason) from None
    stripped = (line.strip().strip("\"'\ufeff").strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def _encoding(data: bytes) -> str:
    """UTF-8, or UTF-16: with its mark, or betrayed by the zeros of plain letters."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if b"\0" in data[:2]:
        return "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    return "utf-8"


class _Finder:
    """Files by what a line may call them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_key: dict[str, list[str]] = defaultdict(list)
        self._by_folded: dict[str, list[str]] = defaultdict(list)
        self._by_file: dict[str, list[str]] = defaultdict(list)
        for name in names:
            key = _key(name)
            self._by_key[key].append(name)
            self._by_folded[key.casefold()].append(name)
            self._by_file[key.rpartition("/")[2]].append(name)

    def __call__(self, line: str) -> list[str]:
        """Names of the files that a line means; empty when there is none, or more than one that it may mean."""
        key = "/".join(_key(line).split("/")[-2:])
        if "/" not in key:
            return self._only_one(self._by_file.get(key, []))
        return self._by_key.get(key) or self._only_one(self._by_folded.get(key.casefold(), []))

    @staticmethod
    def _only_one(names: list[str]) -> list[str]:
        """The names, if they are one clip in files of several kinds."""
        return names if len({_key(name) for name in names}) == 1 else []


def _key(name: str) -> str:
    """Word and name without suffix, in Unicode's composed form, with slashes and without blanks around them."""
    parts = unicodedata.normalize("NFC", name).replace("\\", "/").split("/")
    parts = [part.strip() for part in parts if part.strip() not in ("", ".")]
    if parts and PurePosixPath(parts[-1]).suffix.lower() in SUFFIXES:
        parts[-1] = parts[-1][: -len(PurePosixPath(parts[-1]).suffix)]
    return "/".join(parts)
