"""Names that Edge Impulse's ingestion service gave files, and those that they had before.

It adds a hash: ``yes.1.wav`` is kept as ``yes.1.wav.1dpgg1sk.wav``, or as
``yes.1.1dpgg1sk.ingestion-7d7dbb8c47-fs9bp.wav``. A table that was made before an upload has other names than the
export, and the other way round.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from kws_data.sources.imports.files_below import plain_path

_SERVER = r"(?:\.ingestion-[0-9a-z-]+|\.s\d)?"
_AFTER_SUFFIX = re.compile(rf"(?P<name>.+)\.(?P<suffix>[a-z][0-9a-z]{{1,4}})\.[0-9a-z]{{4,10}}{_SERVER}\.\w+")
_AFTER_STEM = re.compile(rf"(?P<name>.+)\.(?=[a-z]*\d)[0-9a-v]{{7,9}}{_SERVER}\.(?P<suffix>\w+)")


class Ingested:
    """Files by the names that they had before the ingestion; case and the forms of letters may differ."""

    def __init__(self, names: Iterable[str]) -> None:
        self._as_named: dict[str, list[str]] = defaultdict(list)
        self._before: dict[str, list[str]] = defaultdict(list)
        for name in names:
            last = posixpath.basename(_folded(name))
            self._as_named[last].append(name)
            for original in _originals(last):
                self._before[original].append(name)

    def find(self, path: str) -> str | None:
        """The only file whose name is a path's but for a hash, in the one or the other.

        It lies in the folder of the path; of a name alone it may lie anywhere.
        """
        folder, last = posixpath.split(_folded(path))
        alike = [*self._before.get(last, ())]
        alike += [name for original in _originals(last) for name in self._as_named.get(original, ())]
        found = [name for name in alike if not folder or posixpath.dirname(_folded(name)) == folder]
        return found[0] if len(found) == 1 else None


def _folded(path: str) -> str:
    return plain_path(path).casefold()


def _originals(name: str) -> Iterator[str]:
    """What a name may have been before the ingestion; nothing where it shows no hash."""
    for form in (_AFTER_SUFFIX, _AFTER_STEM):
        if match := form.fullmatch(name):
            yield f"{match['name']}.{match['suffix']}"
