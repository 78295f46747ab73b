"""Words that people marked in long recordings, and times as they write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

from kws_data.errors import DataError

_NUMBER = re.compile(r"(-?)(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE]([+-]?\d+))?\s*(s|sec|ms)?")


@dataclass(frozen=True)
class Marked:
    """A word in a file, in seconds from its start; ``place`` is where that is written, ``file`` the name as it lies."""

    place: str
    file: str
    label: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Marks:
    """All words that are marked, and what to tell about what is not, one line each."""

    words: tuple[Marked, ...] = ()
    notes: tuple[str, ...] = ()


def seconds_of(text: str) -> float | None:
    """Seconds as people write them (``1.25``, ``1,25``, ``0:01.25``, ``1250 ms``); None for what is no time."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    sign, hours, minutes, seconds, power, unit = match.groups()
    value = float(f"{seconds.replace(',', '.')}e{power or 0}")
    whole = (3_600 * float(hours or 0) + 60 * float(minutes or 0) + value) * (1e-3 if unit == "ms" else 1.0)
    return (-whole if sign else whole) if isfinite(whole) else None


def refuse(what: str, places: Iterable[str], remedy: str) -> None:
    """Raise DataError with how many there are and the first; do nothing where there are none."""
    all_of_them = list(places)
    if all_of_them:
        more = f" and {len(all_of_them) - 1} more" if len(all_of_them) > 1 else ""
        raise DataError(what, f"{all_of_them[0]}{more}", remedy)
