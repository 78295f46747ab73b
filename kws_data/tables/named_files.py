"""Which files of a folder a table means, however its paths are written.

A path may come from Windows or another machine, lack its suffix or its folder, or differ in case or in the form of its
letters (NFC, NFD). It stands for a file only where it can stand for no other.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class NamedFiles:
    """What texts of a table stand for.

    Attributes:
        found: text -> name of a file.
        reasons: text -> why it stands for no file; a text in neither names a file that is not there.
        otherwise: texts that are not written as their file is, but for the form of letters, which nobody sees.
    """

    found: Mapping[str, str]
    reasons: Mapping[str, str] = field(default_factory=dict)
    otherwise: tuple[str, ...] = ()

    def note(self, table_name: str) -> list[str]:
        """What to tell about names that are written otherwise."""
        if not self.otherwise:
            return []
        first = self.otherwise[0]
        many = f"{len(self.otherwise)} files of {table_name} are named otherwise than they lie there"
        return [f"{many}, such as {first!r} for {self.found[first]}"]


def named_files(texts: Iterable[str], names: Iterable[str], folder: str = "") -> NamedFiles:
    """Find the files that a table names.

    Args:
        texts: paths as the table has them.
        names: of the files below the root, with slashes.
        folder: in which the table lies, below the root; its paths begin there, or at the root.
    """
    search = _Search(_Index(names), folder, list(dict.fromkeys(texts)))
    search.look_directly()
    search.look_behind_prefixes()
    search.look_below()
    search.take_back_doubles()
    return search.result()


class _Index:
    """Files by their paths, exactly, but for case and form, and without suffix."""

    def __init__(self, names: Iterable[str]) -> None:
        self.exact = frozenset(names)
        self.folded: dict[str, list[str]] = defaultdict(list)
        self.stems: dict[str, list[str]] = defaultdict(list)
        self.last: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self.exact):
            whole, stem = _folded(name), _folded(posixpath.splitext(name)[0])
            self.folded[whole].append(name)
            self.stems[stem].append(name)
            for last in {posixpath.basename(whole), posixpath.basename(stem)}:
                self.last[last].append(name)

    def hits(self, path: str) -> list[str]:
        """Files that a path below the root may stand for."""
        if path in self.exact:
            return [path]
        return self.folded.get(_folded(path)) or self.stems.get(_folded(path)) or []

    def below(self, path: str) -> list[str]:
        """Files in deeper folders whose paths end like this one."""
        end = f"/{_folded(path)}"
        near = self.last.get(posixpath.basename(end), ())
        return [
            name for name in near if _folded(name).endswith(end) or _folded(posixpath.splitext(name)[0]).endswith(end)
        ]


class _Search:
    """One search: each way looks for what the ways before it have left."""

    def __init__(self, index: _Index, folder: str, texts: list[str]) -> None:
        self.index, self.folder, self.texts = index, folder, texts
        self.found: dict[str, str] = {}
        self.reasons: dict[str, str] = {}
        self.left: dict[str, str] = {}
        self.plain: set[str] = set()
        self.direct: set[str] = set()

    def look_directly(self) -> None:
        """Below the table's folder, or below the root."""
        for text in self.texts:
            path = _path(text)
            if not path:
                self.reasons[text] = "names no file below the folder"
            elif text in self.index.exact and not self.folder:
                self._take(text, [text], text)
            elif not any(self._take(text, self.index.hits(place), place) for place in self._places(path)):
                self.left[text] = path
        self.direct = set(self.found)

    def _places(self, path: str) -> list[str]:
        inside = posixpath.normpath(posixpath.join(self.folder, path))
        return list(dict.fromkeys([inside, posixpath.normpath(path)]))

    def _take(self, text: str, hits: list[str], place: str = "") -> bool:
        """Note what a text stands for; False where it stands for nothing."""
        if len(hits) == 1:
            self.found[text] = hits[0]
            self.plain |= {text} if _composed(hits[0]) == _composed(place) else set()
        elif hits:
            which = f"{len(hits)} files, such as {hits[0]} and {hits[1]}"
            self.reasons[text] = f"may stand for {which}: write the whole path below the folder"
        return bool(hits)

    def look_behind_prefixes(self) -> None:
        """Paths of another machine or from another folder: where the table was made is taken off their front.

        One such place lies never within another: of ``/data`` and ``/data/no`` that which more rows have counts, so
        that a missing ``/data/no/a.wav`` does not become ``a.wav``.
        """
        ends = {text: end for text, path in self.left.items() if (end := self._behind_prefix(path))}
        votes = Counter(prefix for prefix, _ in ends.values())
        relative = any(not _is_foreign(text) for text in self.direct)
        taken: list[tuple[str, ...]] = [()] if relative else []
        for prefix in sorted(votes, key=lambda one: (-votes[one], len(one), one)):
            rivals = [one for one in taken if one or not _is_foreign("/".join(prefix))]
            if not any(one == prefix[: len(one)] or prefix == one[: len(prefix)] for one in rivals):
                taken.append(prefix)
        for text, (prefix, name) in ends.items():
            if prefix in taken:
                self._take(text, [name])

    def _behind_prefix(self, path: str) -> tuple[tuple[str, ...], str] | None:
        """The front of a path and the file that the longest end of the rest stands for."""
        parts = tuple(path.split("/"))
        for cut in range(1, len(parts)):
            hits = self.index.hits("/".join(parts[cut:]))
            if hits:
                return (parts[:cut], hits[0]) if len(hits) == 1 else None
        return None

    def look_below(self) -> None:
        """Paths that begin in a deeper folder: ``a.wav`` for ``clips/a.wav``."""
        for text, path in self.left.items():
            if text not in self.found and not _is_foreign(path):
                self._take(text, self.index.below(posixpath.normpath(path)))

    def take_back_doubles(self) -> None:
        """Two texts for one file: one that names it directly counts, else none."""
        times = Counter(self.found.values())
        surely = {self.found[text] for text in self.direct}
        for text in [text for text in self.found if text not in self.direct]:
            name = self.found[text]
            if times[name] > 1 or name in surely:
                del self.found[text]
                self.reasons[text] = (
                    f"may stand for {name}, as another line does: write the whole path below the folder"
                )

    def result(self) -> NamedFiles:
        """What was found, and what to say of the rest."""
        for text, path in self.left.items():
            if text not in self.found and _is_foreign(path):
                self.reasons.setdefault(text, "names no file below the folder")
        otherwise = tuple(text for text in self.texts if text in self.found and text not in self.plain)
        return NamedFiles(self.found, self.reasons, otherwise)


def _path(text: str) -> str:
    """A text as a path with slashes; empty where it is none."""
    path = re.sub(r"^file://", "", text.strip()).replace("\\", "/")
    return "" if "\0" in path or posixpath.normpath(path or ".") in (".", "..") else path


def _is_foreign(path: str) -> bool:
    """Whether a path begins outside of the folder: at a root, a drive, a home, or above."""
    return re.match(r"/|[A-Za-z]:|~|\.\./|\\", path) is not None or posixpath.normpath(path).startswith("../")


def _composed(path: str) -> str:
    return unicodedata.normalize("NFC", path)


def _folded(path: str) -> str:
    return _composed(_composed(path).casefold())
