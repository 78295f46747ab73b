"""Keys of a board file, held against the fields of a dataclass: none unknown, none missing, values as they must be."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Mapping
from typing import Any

from firmware_tools.errors import BoardError

SHOW = "kws boards --show pico prints a whole file"


def checked_table(kind: type[Any], values: object, where: str, prefix: str = "") -> dict[str, Any]:
    """``values`` with known keys of the right simple types, none missing.

    Args:
        kind: dataclass whose fields are the keys.
        where: begins the message: the file.
        prefix: of the keys in a message, such as ``flash.``.

    Raises:
        BoardError: an unknown key (with the nearest), one missing, a value of another type, or no table at all.
    """
    if values is None and not prefix:
        raise BoardError(f"{where}: the file is empty", None, SHOW)
    if not isinstance(values, Mapping):
        raise BoardError(f"{where}: {prefix.rstrip('.') or 'the file'}", str(values), "write 'key: value' lines")
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for key, value in values.items():
        field = fields.get(str(key))
        if field is None:
            raise BoardError(f"{where}: unknown key", prefix + str(key), nearest(str(key), list(fields), prefix))
        _check_kind(value, str(field.type), f"{where}: {prefix}{key}")
    for name, field in fields.items():
        if field.default is dataclasses.MISSING and name not in values:
            raise BoardError(f"{where}: key missing", prefix + name, f"add it; {SHOW}")
    return {str(key): value for key, value in values.items()}


def texts(table: Mapping[str, Any], key: str, where: str, pattern: re.Pattern[str], remedy: str) -> tuple[str, ...]:
    """A list of texts, none when the key is not there; raises BoardError for a text that is unlike ``pattern``."""
    found = table.get(key, [])
    if not isinstance(found, list | tuple) or not all(isinstance(one, str) and pattern.fullmatch(one) for one in found):
        raise BoardError(f"{where}: {key}", str(found), remedy)
    return tuple(found)


def nearest(word: str, choices: list[str], prefix: str = "") -> str:
    """A question after the choice that is most like ``word``; empty when none is."""
    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.4)
    return f"did you mean {prefix + near[0]!r}?" if near else ""


def _check_kind(value: object, kind: str, what: str) -> None:
    if kind == "int" and (not isinstance(value, int) or isinstance(value, bool)):
        raise BoardError(what, str(value), "write a whole number")
    if kind == "str" and not isinstance(value, str):
        raise BoardError(what, str(value), "write a text: put it in quotes" if value is not None else "write a text")
