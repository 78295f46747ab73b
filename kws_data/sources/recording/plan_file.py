"""What ``kws record`` is told: words on the command line, or a plan file in YAML or CSV.

::

    speaker: s01                     word,takes
    consent: research                yes,10
    accent: scottish                 no,10
    age_band: 20-39                  stop,5
    room: kitchen
    distance: 1 m
    takes: 10
    words: [yes, no]     # or {yes: 10, no: 5}
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware_tools.yaml_text import decoded, parse_yaml
from kws_data.errors import DataError
from kws_data.labels import fault_of_word, likeness, spelt

MAX_TAKES = 1_000
MOST_SHOWN = 100
_TEXTS = ("speaker", "consent", "licence", "accent", "age_band", "room", "distance")
_KEYS = (*_TEXTS, "takes", "words", "clip_ms")


@dataclass(frozen=True)
class PlanFile:
    """Words with the number of takes of each, and whatever else the file says (empty when it does not)."""

    words: Mapping[str, int]
    texts: Mapping[str, str] = field(default_factory=dict)
    clip_ms: int | None = None


def read_plan(path: Path, takes: int) -> PlanFile:
    """A plan file.

    Args:
        path: YAML, or CSV with the columns ``word`` and ``takes``.
        takes: of each word for which the file names no number.

    Raises:
        DataError: it cannot be read, has an unknown key, no words, or a number of takes that is none.
    """
    try:
        text = decoded(path.read_bytes())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError("plan cannot be read", str(path), reason) from None
    return _from_csv(path, text, takes) if path.suffix.lower() == ".csv" else _from_yaml(path, text, takes)


def check_words(words: Mapping[str, Any], where: str) -> dict[str, int]:
    """``words``, each spelt as keywords are, when each has a name and a number of takes; raises DataError otherwise."""
    checked: dict[str, int] = {}
    like: dict[str, str] = {}
    for name, takes in words.items():
        word = spelt(name)
        if fault := fault_of_word(word):
            raise DataError(f"{where}: this is no word", name[:MOST_SHOWN], fault)
        if (other := like.setdefault(likeness(word), name)) != name:
            raise DataError(f"{where}: one word written in two ways", f"{other}, {name}", "keep one of them")
        if not isinstance(takes, int) or isinstance(takes, bool) or not 1 <= takes <= MAX_TAKES:
            raise DataError(f"{where}: takes of {word!r}", str(takes), f"give a number from 1 to {MAX_TAKES}")
        checked[word] = takes
    if not checked:
        raise DataError("plan has no words", where, "name at least one word")
    return checked


def _from_csv(path: Path, text: str, takes: int) -> PlanFile:
    rows = list(csv.DictReader(text.splitlines()))
    if not rows or "word" not in rows[0]:
        raise DataError("plan has no column 'word'", str(path), "write 'word,takes' into the first line")
    words: dict[str, Any] = {}
    for row in rows:
        number = (row.get("takes") or "").strip()
        count: Any = int(number) if number.isdigit() else number or takes
        word = (row["word"] or "").strip()
        words[word] = words[word] + count if isinstance(words.get(word), int) and isinstance(count, int) else count
    return PlanFile(check_words(words, str(path)))


def _from_yaml(path: Path, text: str, takes: int) -> PlanFile:
    try:
        values = parse_yaml(text)
    except ValueError as error:
        raise DataError("plan is no YAML that can be used", str(path), str(error)) from None
    if not isinstance(values, dict):
        raise DataError("plan is no table", str(path), "write 'words: [yes, no]' and the like")
    for key in values:
        if key not in _KEYS:
            near = difflib.get_close_matches(str(key), _KEYS, n=1)
            raise DataError(f"{path}: unknown key", str(key), f"did you mean {near[0]}?" if near else ", ".join(_KEYS))
    clip_ms = values.get("clip_ms")
    if clip_ms is not None and (not isinstance(clip_ms, int) or not 250 <= clip_ms <= 10_000):
        raise DataError(f"{path}: clip_ms", str(clip_ms), "give a number from 250 to 10000")
    words = _words(path, values.get("words"), values.get("takes", takes))
    texts = {key: _text(path, key, values[key]) for key in _TEXTS if values.get(key) is not None}
    return PlanFile(check_words(words, str(path)), texts, clip_ms)


def _words(path: Path, words: Any, takes: Any) -> dict[str, Any]:
    if isinstance(words, dict):
        return {_word(path, word): count for word, count in words.items()}
    if isinstance(words, list):
        named = [_word(path, word) for word in words]
        return {word: takes * named.count(word) if isinstance(takes, int) else takes for word in named}
    raise DataError("plan has no words", str(path), "write 'words: [yes, no]'")


def _word(path: Path, value: Any) -> str:
    """YAML reads yes, no, on and off as true and false: they are said all the same."""
    if isinstance(value, bool):
        return {True: "yes", False: "no"}[value]
    return _text(path, "words", value)


def _text(path: Path, key: str, value: Any) -> str:
    if value is None or isinstance(value, list | dict):
        raise DataError(f"{path}: {key} holds no text", "nothing" if value is None else str(value), f"write {key}: …")
    return str(value)
