"""JSON that others wrote, read with care: whatever shape it has, the answer is a value or one line of error."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

from kws_data.errors import DataError

MAX_BYTES = 2_000_000_000
_HEAD_BYTES = 1_000
_HALF_SIGN = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")


def read_json(path: Path) -> Any:
    """The document in a file.

    Raises:
        DataError: the file cannot be read or is no JSON.
    """
    return _document(path, _bytes(path))


def read_json_or_lines(path: Path) -> tuple[Any, list[tuple[int, str]]]:
    """The document in a file, or what its lines say together, as large exports of Edge Impulse are written::

        {"__ndjson": true, "version": 1}
        {"__key": "files", "__item": {…}}

    Returns:
        The document, and (number, reason) of each line that cannot be used.

    Raises:
        DataError: the file cannot be read, or is neither.
    """
    data = _bytes(path)
    if not any(mark in data.lstrip()[:_HEAD_BYTES].partition(b"\n")[0] for mark in (b'"__ndjson"', b'"__key"')):
        return _document(path, data), []
    lines = [(number, line) for number, line in enumerate(data.splitlines(), 1) if line.strip()]
    first = mapping(_parsed(lines[0][1]))
    if first.get("__ndjson") is not True and "__key" not in first:
        return _document(path, data), []
    document = {key: value for key, value in first.items() if not key.startswith("__")}
    broken = []
    for number, line in lines[1:] if "__key" not in first else lines:
        part = mapping(_parsed(line))
        if not isinstance(part.get("__key"), str) or "__item" not in part:
            broken.append((number, 'is no {"__key": …, "__item": …}: export it again'))
        elif not isinstance(document.setdefault(part["__key"], []), list):
            broken.append((number, f"adds to {shown(part['__key'])}, which is no list: export it again"))
        else:
            document[part["__key"]].append(part["__item"])
    return document, broken


def _bytes(path: Path) -> bytes:
    """What is in a file, without the mark that some editors put before UTF-8."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError("JSON file is too large", str(path), f"at most {MAX_BYTES:,} bytes: cut it up")
        return path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise DataError("JSON file cannot be read", str(path), str(error)) from None


def _document(path: Path, data: bytes) -> Any:
    try:
        return _loads(data)
    except RecursionError:
        raise DataError("JSON file is nested too deeply", str(path), "export it again") from None
    except ValueError as error:
        raise DataError("file is no JSON", str(path), f"{error}: export it again") from None


def _parsed(line: bytes) -> Any:
    """What a line says; None where it is no JSON."""
    try:
        return _loads(line)
    except (ValueError, RecursionError):
        return None


def _loads(data: bytes) -> Any:
    """The document; halves of a sign, which JSON can have and no database takes, are written as ``?``."""
    written = data.decode(json.detect_encoding(data), "surrogatepass")
    document = json.loads(written)
    if not _HALF_SIGN.search(written):
        return document
    return json.loads(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))


def number(value: object) -> float | None:
    """A finite number, or None for anything else (text and truth values included)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def text(value: object) -> str:
    """A text without blanks around it; a whole number as its digits; empty for anything else."""
    if isinstance(value, bool):
        return ""
    return _whole_signs(str(value)).strip() if isinstance(value, str | int) and len(str(value)) <= 10_000 else ""


def shown(value: object, most: int = 40) -> str:
    """What others wrote, for a line of ours: its beginning, without line breaks."""
    return " ".join(_whole_signs(str(value)[:most]).split())


def _whole_signs(value: str) -> str:
    """Without halves of a sign, which JSON can have and no file can."""
    return value.encode("utf-8", "backslashreplace").decode()


def mapping(value: object) -> dict[str, Any]:
    """A JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """A JSON array; an empty one for anything else."""
    return value if isinstance(value, list) else []
