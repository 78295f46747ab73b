"""Files below a folder, found by the names that documents have for them, however those are written."""

from __future__ import annotations

import posixpath
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from kws_data.sources.imports.items import files_below


class FilesBelow:
    """Files below a folder by name; the forms of a letter (NFC, NFD), ``\\`` for ``/`` and case may differ.

    Attributes:
        root: the folder.
        names: paths of all files below it, with slashes, as the disk has them.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.names = tuple(path.relative_to(root).as_posix() for path in files_below(root))
        self._there = frozenset(self.names)
        self._plain: dict[str, list[str]] = defaultdict(list)
        self._folded: dict[str, list[str]] = defaultdict(list)
        self._last: dict[str, list[str]] = defaultdict(list)
        for name in self.names:
            plain = plain_path(name)
            self._plain[plain].append(name)
            self._folded[plain.casefold()].append(name)
            self._last[posixpath.basename(plain).casefold()].append(name)

    def at(self, path: str) -> str | None:
        """The file at a path below the folder, written like it or but for form and case; None when none or several."""
        if path in self._there:
            return path
        plain = plain_path(path)
        return _only(self._plain.get(plain, ())) or _only(self._folded.get(plain.casefold(), ()))

    def called(self, path: str) -> list[str]:
        """Files with the last name of a path, at any depth; only those that share most folders with it."""
        plain = plain_path(path).casefold()
        near = self._last.get(posixpath.basename(plain), [])
        shared = {name: _shared_end(plain, plain_path(name).casefold()) for name in near}
        most = max(shared.values(), default=0)
        return [name for name in near if shared[name] == most]


def plain_path(path: str) -> str:
    """A path with slashes and one form of its letters, without ``.`` in it."""
    return posixpath.normpath(unicodedata.normalize("NFC", path).replace("\\", "/"))


def _only(names: Sequence[str]) -> str | None:
    return names[0] if len(names) == 1 else None


def _shared_end(one: str, other: str) -> int:
    """How many parts two paths have in common at their end."""
    pairs = zip(reversed(one.split("/")), reversed(other.split("/")), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
