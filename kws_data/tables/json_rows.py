"""Rows of JSON: an array of objects, one object a line, or columns as pandas writes them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kws_data.errors import DataError
from kws_data.tables.lines import read_lines

JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")

Rows = list[tuple[int, dict[str, str]]]
Problems = list[tuple[int, str]]


def read_json_rows(path: Path) -> tuple[str, Rows, Problems]:
    """What rows are counted in (``line`` or ``entry``), rows with their numbers, and why others are none.

    Raises:
        DataError: the file cannot be read, is empty, or holds no list of objects.
    """
    lines = read_lines(path)
    texts = [text for _, text in lines if text is None or text.strip()]
    if not texts:
        raise DataError("table is empty", str(path), "it needs an object with the names of columns for each file")
    if None not in texts and (whole := _entries(_value("\n".join(text or "" for text in texts)))):
        return "entry", *_rows(list(enumerate(whole, 1)))
    values = [(number, _value(text)) for number, text in lines if text is None or text.strip()]
    if not any(isinstance(value, dict) for _, value in values):
        raise DataError("table holds no list of objects", str(path), "write one object with file and label a line")
    return "line", *_rows(values)


def _value(text: str | None) -> Any:
    """The document in a text; None where it is none."""
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError):
        return None


def _entries(value: Any) -> list[Any] | None:
    """Objects of a document: a list of them, alone or under a single name, or columns of values; else None."""
    if isinstance(value, dict):
        lists = [one for one in value.values() if isinstance(one, list) and one and isinstance(one[0], dict)]
        return lists[0] if len(lists) == 1 else _columns(value)
    return value if isinstance(value, list) and any(isinstance(one, dict) for one in value) else None


def _columns(value: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Rows of columns that are all lists of one length, or objects with the same keys."""
    columns = [list(one.values()) if isinstance(one, dict) else one for one in value.values()]
    if len(columns) < 2 or not all(isinstance(one, list) and len(one) == len(columns[0]) for one in columns):
        return None
    return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]


def _rows(values: list[tuple[int, Any]]) -> tuple[Rows, Problems]:
    rows, problems = [], []
    for number, value in values:
        if isinstance(value, dict):
            rows.append((number, {str(key).strip().lower(): _text(one) for key, one in value.items()}))
        else:
            problems.append((number, "is no object of JSON"))
    return rows, problems


def _text(value: Any) -> str:
    """A value as text; empty for what is none. An audio column of Hugging Face is an object with a path."""
    if isinstance(value, dict):
        return _text(value.get("path"))
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value).encode("utf-8", "backslashreplace").decode().strip()  # half a sign, as JSON can have it
    return str(value).lower() if isinstance(value, bool) else ""
