"""What is wrong with settings, in words: the checks are pydantic's, its phrases are not."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from kws_data.config.config import Config
from kws_data.errors import ConfigError

_LONGEST_SHOWN = 80
_TEXT, _WHOLE, _NUMBER, _LIST = "a text", "a whole number", "a number", "a list, [first, second],"
_TABLE = "a table, lines of key: value below the name,"
_FLAG = "true or false"
#: Kind of an error -> what is wanted instead.
_WANTED = {
    **dict.fromkeys(("string_type", "string_unicode"), _TEXT),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing"), _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), _FLAG),
    **dict.fromkeys(("list_type", "tuple_type", "set_type"), _LIST),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type"), _TABLE),
    **dict.fromkeys(("dataclass_type", "dataclass_exact_type"), _TABLE),
    "finite_number": "a number that has an end",
    "int_parsing_size": "a smaller number",
}
#: The same of errors that name a bound.
_BOUNDS = {
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge:g} or more",
    "less_than": "less than {lt:g}",
    "less_than_equal": "{le:g} or less",
    "literal_error": "{expected}",
    "too_short": "a list of at least {min_length}",
    "too_long": "a list of at most {max_length}",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
}


def complaint(
    error: ValidationError, values: Mapping[str, Any], where: str, settings: type[BaseModel] = Config
) -> ConfigError:
    """The first thing that is wrong: the place, the key, the value, and what is wanted instead.

    Args:
        error: what the check of the settings said.
        values: the settings that were checked.
        where: begins the line: the file, or what else was checked.
        settings: what they are settings of.
    """
    first = error.errors(include_url=False)[0]
    location = _location(first["loc"], values)
    key, kind = ".".join(location), first["type"]
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        valid = _valid_keys(location[:-1], settings)
        near = difflib.get_close_matches(location[-1], valid, n=1, cutoff=0.4)
        remedy = f"did you mean {near[0]}?" if near else f"valid keys here: {', '.join(valid)}"
        return ConfigError(f"{where}: unknown key", key, remedy)
    if kind in ("missing", "missing_argument"):
        return ConfigError(f"{where}: missing key", key, "add it")
    if kind == "invalid_key":
        section = f" of {'.'.join(location[:-1])}" if location[1:] else ""
        return ConfigError(f"{where}: a key{section} is no text", _shown(first["input"]), "put it in quotes")
    message = _in_words(first, several=len(location) < len(first["loc"]))
    value = first.get("input")
    if key and isinstance(value, str | int | float | bool | list | tuple | datetime.date):
        return ConfigError(f"{where}: {key} cannot be used", _shown(value), message)
    return ConfigError(f"{where}: {key + ': ' if key else ''}{message}")


def _location(parts: Sequence[str | int], values: Any) -> list[str]:
    """The keys on the way to a value, without the names of kinds that are appended where several kinds would do."""
    location: list[str] = []
    node = values
    for number, part in enumerate(parts):
        inside = isinstance(node, Mapping) and part in node
        in_list = isinstance(node, list | tuple) and isinstance(part, int) and part < len(node)
        if number and not inside and not in_list and not isinstance(node, Mapping):
            break
        location.append(str(part))
        node = node[part] if inside or in_list else None
    return location


def _in_words(found: Mapping[str, Any], *, several: bool) -> str:
    """What is wanted where this was found; ``several``: more than one kind would do."""
    kind, value = found["type"], found.get("input")
    if kind in ("value_error", "assertion_error"):
        return str(found["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if kind == "string_pattern_mismatch":
        return "use letters without accents, digits, _ . and -, a letter or digit first"
    if several:
        return "a text, a number, true or false is wanted here"
    if kind not in _BOUNDS and kind not in _WANTED:
        return "this cannot stand here"
    wanted = _BOUNDS[kind].format(**found["ctx"]) if kind in _BOUNDS else _WANTED[kind]
    if value is None:
        return f"nothing stands here: {wanted} is wanted, or leave the key out"
    if wanted == _TEXT and isinstance(value, bool):
        return "YAML reads yes, no, on and off as true and false: put the word in quotes"
    if wanted == _TEXT and isinstance(value, int | float | datetime.date):
        return "YAML reads this as a number or a date: put the text in quotes"
    return f"{wanted} is wanted here"


def _shown(value: Any) -> Any:
    """A value as a line has room for it."""
    text = str(value)
    if len(text) > _LONGEST_SHOWN:
        return text[: _LONGEST_SHOWN - 1] + "…"
    return text if isinstance(value, datetime.date) else value


def _valid_keys(location: Sequence[str], settings: type[BaseModel]) -> list[str]:
    model: Any = settings
    for part in location:
        if part.isdigit():
            continue
        model = _settings_in(model.model_fields[part].annotation)
        if not hasattr(model, "model_fields"):
            return sorted(getattr(model, "__dataclass_fields__", {}))
    return sorted(model.model_fields)


def _settings_in(annotation: Any) -> Any:
    """The settings that a hint is of, ``ModelSettings`` of ``tuple[ModelSettings, ...]``; else the hint."""
    if not get_args(annotation):
        return annotation
    return next((one for one in map(_settings_in, get_args(annotation)) if hasattr(one, "model_fields")), annotation)
