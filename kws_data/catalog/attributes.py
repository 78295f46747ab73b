"""What clips can be counted by: columns of the catalogue, attributes of clips, and bands of their levels."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from kws_data.errors import DataError

#: Attributes of the person who speaks, the only ones that a published table of people can have.
PERSONAL = ("accent", "gender", "age", "language", "source", "consent", "licence", "synthetic")
NOT_SAID = "not said"
#: Attribute of clips that came over a line which numbers nothing, and its only value.
WHOLE, NOT_PROVEN = "whole", "not proven"


def proven_whole(attributes: Mapping[str, Any]) -> bool:
    """Whether a clip with these attributes came over a line that shows what is lost on it."""
    return attributes.get(WHOLE) != NOT_PROVEN


_AGES = {"child": 0.0, "teen": 13.0}
SNR_BANDS_DB = (0, 10, 20, 30)
LEVEL_BANDS_DB = (-50, -40, -30, -20, -10)


@dataclass(frozen=True)
class Attribute:
    """A name, and the SQL expression (over clips and speakers) of its value: text, empty when it was not said."""

    name: str
    sql: str


def _said(*keys: str) -> str:
    """The first of some attributes of a clip that was said."""
    values = (f"nullif(CAST(clips.attributes ->> '$.{key}' AS TEXT), '')" for key in keys)
    return f"coalesce({', '.join(values)}, '')"


def _band(key: str, edges_db: Sequence[int]) -> str:
    """Bands of a level: below the first edge, between two edges, from the last on."""
    value = f"CAST(clips.attributes ->> '$.{key}' AS REAL)"
    cases = [
        f"WHEN clips.attributes ->> '$.{key}' IS NULL THEN ''",
        f"WHEN {value} < {edges_db[0]} THEN 'below {edges_db[0]} dB'",
    ]
    for low, high in pairwise(edges_db):
        cases.append(f"WHEN {value} < {high} THEN '{low} to {high} dB'")
    return f"CASE {' '.join(cases)} ELSE '{edges_db[-1]} dB and more' END"


_COLUMNS = {name: f"clips.{name}" for name in ("word", "speaker", "source", "device", "licence", "consent")}
KNOWN: dict[str, str] = {
    **_COLUMNS,
    "session": "coalesce(clips.session, '')",
    "synthetic": "CASE speakers.synthetic WHEN 1 THEN 'synthetic voice' ELSE 'person' END",
    "accent": _said("accent"),
    "gender": _said("gender"),
    "age": _said("age", "age_band"),
    "room": _said("room"),
    "distance": _said("distance"),
    "language": _said("language"),
    "device_model": _said("device_model"),
    WHOLE: _said(WHOLE),
    "snr": _band("snr_db", SNR_BANDS_DB),
    "level": _band("rms_db", LEVEL_BANDS_DB),
}
_ALIASES = {"license": "licence", "sex": "gender", "age_band": "age", "snr_db": "snr", "rms_db": "level"}


def attribute(name: str, keywords: Sequence[str] | None = None, others: Iterable[str] = ()) -> Attribute:
    """The attribute with this name.

    Args:
        name: one of :data:`KNOWN`, ``label``, or one of ``others``.
        keywords: of the configuration that gives clips their labels; needed for ``label``.
        others: further attributes that clips of the catalogue have.

    Raises:
        DataError: there is none; the message names the nearest.
    """
    name = _ALIASES.get(name, name)
    if name == "label":
        return Attribute("label", _label(keywords))
    if name in KNOWN:
        return Attribute(name, KNOWN[name])
    others = sorted(key for key in others if re.fullmatch(r"\w+", key))
    if name in others:
        return Attribute(name, _said(name))
    valid = [*KNOWN, "label", *(key for key in others if key not in KNOWN)]
    near = difflib.get_close_matches(name, valid, n=1, cutoff=0.5)
    raise DataError("no such attribute", name, f"did you mean {near[0]}?" if near else f"there are {', '.join(valid)}")


def _label(keywords: Sequence[str] | None) -> str:
    if keywords is None:
        raise DataError("labels need the keywords of a configuration", "label", "add --config CONFIG")
    words = ", ".join(quoted(word) for word in keywords)
    return f"CASE WHEN clips.word IN ({words}) OR substr(clips.word, 1, 1) = '_' THEN clips.word ELSE '_unknown_' END"


def quoted(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def in_order(value: str) -> tuple[float, str]:
    """Sort key of a value: bands by their level, ages by age, everything else by its text, what was not said last."""
    if value in ("", NOT_SAID):
        return 2e9, ""
    if value in _AGES:
        return _AGES[value], value
    if age := re.fullmatch(r"(\d+)(-\d+|\+)", value):
        return float(age[1]), value
    if band := re.fullmatch(r"(below )?(-?\d+)( to -?\d+)? dB( and more)?", value):
        return float(band[2]) - bool(band[1]), value
    return 1e9, value
