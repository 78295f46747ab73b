"""What is known of each clip of a split: said in the manifest, and heard in the clip itself.

Names and bands are those of the catalogue (:mod:`kws_data.catalog.attributes`) where it has them. Bands have fixed
edges where the field has them: SNR and level as in the catalogue; pitch around 125 and 210 Hz, the usual voices of men
and women, with 165 Hz between them (Titze 1994, Principles of Voice Production). What has no standard (where in the
clip a word begins, how long it is, how fast) is cut at the quartiles of the clips themselves.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.attributes import LEVEL_BANDS_DB, SNR_BANDS_DB
from kws_data.dataset.manifest import ManifestRow
from kws_data.labels import BACKGROUND, SILENCE, is_nobodys
from kws_data.slices.measured import Measured

Floats = NDArray[np.float64]
Column = list[str | None]

PITCH_BANDS_HZ = (125, 165, 210)
#: Attribute -> keys of a clip's attributes that say it, the first that does.
_SAID = {
    "accent": ("accent",),
    "gender": ("gender", "sex"),
    "age": ("age", "age_band"),
    "language": ("language",),
    "room": ("room",),
    "distance": ("distance",),
    "device_model": ("device_model",),
}
_PASSED_OVER = frozenset({key for keys in _SAID.values() for key in keys} | {"split", "noise", "kind", "whole"})
NO_BOARD = "no board"
MOST_VALUES = 24  # of an attribute that only this data set has; one with more is a name or a note
FEW_OF_WORD = 4  # clips of a word that tell how long it usually is


def columns_of(rows: Sequence[ManifestRow], heard: Measured, rate_hz: int) -> dict[str, Column]:
    """Values of each attribute, one a clip, None where it is not known.

    Args:
        rows: of the manifest.
        heard: what was measured of the same clips.
        rate_hz: sample rate of the clips.
    """
    said = [json.loads(row["attributes"]) for row in rows]
    speech = np.array([not is_nobodys(row["word"]) for row in rows], np.bool_)
    spoken = speech.tolist()
    columns: dict[str, Column] = {"word": [None if row["word"].startswith("_") else row["word"] for row in rows]}
    columns["label"] = [row["label"] for row in rows]
    columns["noise"] = [_noise(row, own) for row, own in zip(rows, said, strict=True)]
    for name, keys in _SAID.items():
        columns[name] = [_first(own, keys) for own in said]
    columns["voice"] = [_voice(row) if own else None for row, own in zip(rows, spoken, strict=True)]
    columns["source"] = [row["source"] or None for row in rows]
    columns["device"] = [row["device"] or NO_BOARD for row in rows]
    snr_db = np.where(np.isnan(heard.snr_db), _number(said, "snr_db"), heard.snr_db)
    columns["snr"] = bands(_of(speech, snr_db), SNR_BANDS_DB, "dB")
    columns["level"] = bands(heard.rms_db, LEVEL_BANDS_DB, "dB")
    columns["pitch"] = bands(_of(speech, heard.pitch_hz), PITCH_BANDS_HZ, "Hz")
    duration_s = _of(speech, heard.duration_s)
    columns["duration"] = quartiles(duration_s, "s")
    columns["rate"] = _rates(columns["word"], duration_s)
    columns["onset"] = quartiles(_of(speech, heard.onset_s), "s")
    columns["length"] = quartiles(np.array([row["samples"] / rate_hz for row in rows], np.float64), "s")
    return columns | _own(said, columns)


def bands(values: Floats, edges: Sequence[float], unit: str) -> Column:
    """The band of each value, ``below 0 dB``, ``0 to 10 dB``, ``30 dB and more``; None for NaN.

    Args:
        values: ``[clips]``.
        edges: rising; one that equals an edge belongs above it.
        unit: stands behind the numbers.
    """
    names = [f"below {edges[0]:g} {unit}"]
    names += [f"{low:g} to {high:g} {unit}" for low, high in pairwise(edges)]
    names.append(f"{edges[-1]:g} {unit} and more")
    places = np.searchsorted(np.asarray(edges, np.float64), np.nan_to_num(values), side="right")
    return [None if np.isnan(value) else names[place] for value, place in zip(values, places, strict=True)]


def quartiles(values: Floats, unit: str) -> Column:
    """:func:`bands` between the quartiles of the values themselves, rounded; all None where they are all the same."""
    known = values[~np.isnan(values)]
    if not len(known) or known.min() == known.max():
        return [None] * len(values)
    edges = sorted({float(f"{edge:.3g}") for edge in np.percentile(known, [25, 50, 75])})
    edges = [edge for edge in edges if (known < edge).any()]
    return bands(values, edges, unit) if edges else [None] * len(values)


def _rates(words: Column, duration_s: Floats) -> Column:
    """How fast each word is said, beside how long that word usually takes here: a third of the clips each."""
    usual: dict[str, list[float]] = defaultdict(list)
    for word, seconds in zip(words, duration_s.tolist(), strict=True):
        if word is not None and not np.isnan(seconds):
            usual[word].append(seconds)
    medians = {word: float(np.median(own)) for word, own in usual.items() if len(own) >= FEW_OF_WORD}
    share = np.array([s / medians[w] if w in medians else np.nan for w, s in zip(words, duration_s, strict=True)])
    known = share[~np.isnan(share)]
    if not len(known) or known.min() == known.max():
        return [None] * len(words)
    fast, slow = np.percentile(known, [100 / 3, 200 / 3])
    return [None if np.isnan(s) else "fast" if s < fast else "slow" if s > slow else "usual" for s in share]


def _voice(row: ManifestRow) -> str:
    return "synthetic voice" if row["synthetic"] else "person"


def _noise(row: ManifestRow, said: Mapping[str, Any]) -> str | None:
    """The kind of noise of a clip in which nobody speaks: as its source calls it, else by the recording's name."""
    if row["word"] not in (SILENCE, BACKGROUND):
        return None
    if named := _first(said, ("noise", "kind")):
        return named
    parts = [part for part in row["origin"].partition("@")[0].split("/") if part]
    if len(parts) > 1 and parts[0] == "generated":
        return parts[1]
    folder = parts[-2] if len(parts) > 1 else ""
    if folder and not folder.startswith("_") and folder not in ("noise", "background", "audio"):
        return folder
    stem = re.sub(r"\.\w+$", "", parts[-1]) if parts else ""
    return re.sub(r"[-_ ]?\d+$", "", stem) or stem or None


def _own(said: Sequence[Mapping[str, Any]], taken: Mapping[str, Column]) -> dict[str, Column]:
    """Further attributes of this data set's clips that are text, with no more values than a table has room for."""
    names = sorted({key for own in said for key, value in own.items() if isinstance(value, str)} - _PASSED_OVER)
    columns = {name: [_first(own, (name,)) for own in said] for name in names if name not in taken}
    return {name: column for name, column in columns.items() if len({*column} - {None}) <= MOST_VALUES}


def _first(said: Mapping[str, Any], keys: Sequence[str]) -> str | None:
    return next((str(said[key]).strip() for key in keys if str(said.get(key) or "").strip()), None)


def _number(said: Sequence[Mapping[str, Any]], key: str) -> Floats:
    values = (own.get(key) for own in said)
    return np.array([float(v) if isinstance(v, int | float) else np.nan for v in values], np.float64)


def _of(chosen: NDArray[np.bool_], values: Floats) -> Floats:
    return np.where(chosen, values, np.nan)
