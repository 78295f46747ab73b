"""Files in which ids of clips stand: one a line, or in a table or JSON, as ``kws select`` and ``kws audit`` write."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from pathlib import Path

from kws_data.errors import DataError

MOST_BYTES = 64 << 20
_ID = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{16}(?![0-9a-zA-Z])")


def listed_clips(path: Path, otherwise: str, there: Container[str]) -> list[str]:
    """The ids of clips in a file of any form, in their order, each once.

    A list of nothing but ids has no unknown ones; what else looks like one in a table or JSON is passed over.

    Args:
        path: of the file.
        otherwise: what to do where it cannot be read.
        there: ids of the clips that there are.

    Raises:
        DataError: it cannot be read, is too long, or lists no clip, or one that is not there.
    """
    text = _text(path, otherwise)
    found = list(dict.fromkeys(_ID.findall(text)))
    if not found:
        raise DataError("file lists no clips", str(path), "an id has 16 hex digits: kws select --json prints some")
    kept = [one for one in found if one in there]
    if not kept or set(text.split()) == set(found):
        check_there(found, there)
    return kept


def clips_by_line(path: Path) -> list[str]:
    """What stands in a file that has nothing but ids, one a line, in its order, each once.

    Raises:
        DataError: it cannot be read, is too long, or is empty.
    """
    found = list(dict.fromkeys(_text(path, "write clip ids, one a line").split()))
    if not found:
        raise DataError("file lists no clips", str(path), "write clip ids, one a line")
    return found


def check_there(ids: Sequence[str], there: Container[str]) -> None:
    """Raise DataError, which names the first, where some of these ids are of no clip that is there."""
    lost = [one for one in ids if one not in there]
    if lost:
        raise DataError("no such clip", lost[0], f"{len(lost)} of the {len(ids)} ids are not in this catalogue")


def _text(path: Path, otherwise: str) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError("list of clips is too long", str(path), f"at most {MOST_BYTES >> 20} MiB")
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise DataError("list of clips cannot be read", str(path), f"{error.strerror}; {otherwise}") from None
