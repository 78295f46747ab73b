"""JSON that others wrote, read with care: whatever shape it has, the answer is a value or one line of error."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

from kws_data.errors import DataError

MAX_BYTES = 2_000_000_000
_HALF_SIGN = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")


def read_json(path: Path) -> Any:
    """The document in a file.

    Raises:
        DataError: the file cannot be read or is no JSON.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError("JSON file is too large", str(path), f"at most {MAX_BYTES:,} bytes: cut it up")
        return _document(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as error:
        raise DataError("JSON file cannot be read", str(path), str(error)) from None
    except RecursionError:
        raise DataError("JSON file is nested too deeply", str(path), "export it again") from None
    except ValueError as error:
        raise DataError("file is no JSON", str(path), f"{error}: export it again") from None


def _document(data: bytes) -> Any:
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
    return str(value).strip() if isinstance(value, str | int) and len(str(value)) <= 10_000 else ""


def mapping(value: object) -> dict[str, Any]:
    """A JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """A JSON array; an empty one for anything else."""
    return value if isinstance(value, list) else []
