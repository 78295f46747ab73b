"""What is drawn: curves of a result, of earlier ones from their files, and peers from a table."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kws_data.errors import DataError
from kws_data.evaluation.stream_truth import ALL
from kws_data.tables.table import Table, read_table

PEER_COLUMNS = ("name", "false_accepts_per_hour", "missed_percent")
HOURS = "hours"  # of a peer's negatives: where a rate of 0 is drawn
_MOST_NAMED = 3  # keywords


@dataclass(frozen=True)
class At:
    """A point: false accepts an hour (0: none in ``hours``), keywords missed in percent, and their 95 % interval."""

    per_hour: float
    hours: float
    missed_percent: float
    low: float
    high: float

    @property
    def drawn_at(self) -> float:
        """The rate on a logarithmic axis: none is half a false accept in the hours heard."""
        return self.per_hour or 0.5 / self.hours


@dataclass(frozen=True)
class Curve:
    """Misses of one result.

    Attributes:
        name: configuration and keywords, and below what was heard.
        kind: of the negatives that false accepts are counted in.
        points: with rising false accepts, the first with none.
        frozen: at the thresholds that ship.
    """

    name: str
    kind: str
    points: tuple[At, ...]
    frozen: At


@dataclass(frozen=True)
class Peer:
    """A detector of others, at the thresholds that were measured."""

    name: str
    points: tuple[At, ...]


def curves_of(document: Mapping[str, Any]) -> list[Curve]:
    """The curves of a document of :func:`~kws_data.bench.listen.table.document`: of words, of recordings."""
    return [_curve(document, how, part) for how, part in document["found"].items()]


def read_earlier(path: Path) -> list[Curve]:
    """The curves of what ``kws bench listen --json`` printed; raises DataError when the file is nothing of that."""
    remedy = "write it with kws bench listen --json"
    try:
        found = curves_of(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise DataError("earlier result cannot be read", str(path), error.strerror or str(error)) from None
    except (ValueError, LookupError, TypeError, AttributeError, ZeroDivisionError, RecursionError):
        found = []
    if not found:
        raise DataError("no result of kws bench listen with a curve in it", str(path), remedy)
    return found


def read_peers(path: Path) -> list[Peer]:
    """Peers of a table, in its order; rows of one name are one peer.

    Args:
        path: with the columns name, false_accepts_per_hour and missed_percent; hours where a rate is 0.

    Raises:
        DataError: it cannot be read, lacks a column, has no rows, or a row is no figure.
    """
    table = read_table(path, needed=PEER_COLUMNS)
    for place, reason in table.problems:
        raise DataError(f"table of peers, {place}", reason, f"expected {len(table.columns)} fields")
    if not table.rows:
        raise DataError("table of peers has no rows", str(path), "write a row for each figure")
    peers: dict[str, list[At]] = {}
    for number, row in table.rows:
        if not row["name"]:
            raise DataError(f"{table.place(number)}: peer without a name", "''", "name it")
        peers.setdefault(row["name"], []).append(_peer_point(table, number, row))
    return [Peer(name, tuple(points)) for name, points in peers.items()]


def _curve(document: Mapping[str, Any], how: str, part: Mapping[str, Any]) -> Curve:
    sweep = part["sweep"]
    kind, hours = sweep[0]["kind"], float(sweep[0]["hours"])
    points = [_at(one["false_accepts_per_hour"], hours, one["found"]) for one in sweep]
    while len(points) > 1 and points[-1].missed_percent == points[-2].missed_percent:
        points.pop()  # lower thresholds find no more
    frozen = _at(_frozen_rate(document["false_accepts"], kind), hours, part["frozen"])
    return Curve(_name(document, how, part, f"{hours:.2f} h of {kind}"), kind, tuple(points), frozen)


def _at(per_hour: float, hours: float, found: Mapping[str, Any]) -> At:
    mean = found["mean"]
    low, high = (mean if found[end] is None else found[end] for end in ("low", "high"))
    return At(float(per_hour), hours, 100 * (1 - mean), 100 * (1 - high), 100 * (1 - low))


def _frozen_rate(kinds: Mapping[str, Any], kind: str) -> float:
    """False accepts an hour as frozen, the mean of the bundles."""
    counted = list(kinds.values()) if kind == ALL else [kinds[kind]]
    return float(sum(one["false_accepts"]["mean"] for one in counted) / sum(one["hours"] for one in counted))


def _name(document: Mapping[str, Any], how: str, part: Mapping[str, Any], heard: str) -> str:
    """``wakeword "computer", 15,104 B``, and below ``411 recordings, 1.03 h of speech``."""
    keywords, runs = document["keywords"], document["runs"]
    said = ", ".join(f'"{word}"' for word in keywords) if len(keywords) <= _MOST_NAMED else f"{len(keywords)} keywords"
    trainings = f", mean of {runs} trainings" if runs > 1 else ""
    least, most = (f"{end:g}" for end in document["snr_db"])
    snr = f" at {least} to {most} dB" if least != most else f" at {least} dB"
    of = f"{part['said']} {how}{snr if how == 'words' else ''}"
    config = document["bundles"][0]["config"]
    return f"{config}: {said}, {document['bytes']['mean']:,.0f} B{trainings}\n{of}, {heard}"


def _peer_point(table: Table, number: int, row: Mapping[str, str]) -> At:
    rate, missed = (_number(table, number, row, column) for column in PEER_COLUMNS[1:])
    if missed > 100:
        raise DataError(f"{table.place(number)}: missed_percent", row["missed_percent"], "expected 0 to 100")
    hours = _number(table, number, row, HOURS) if row.get(HOURS) else 0.0
    if not rate and not hours:
        remedy = "give the hours in which nothing was falsely accepted, in a column hours"
        raise DataError(f"{table.place(number)}: false_accepts_per_hour", row["false_accepts_per_hour"], remedy)
    return At(rate, hours, missed, missed, missed)


def _number(table: Table, number: int, row: Mapping[str, str], column: str) -> float:
    try:
        value = float(row[column])
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise DataError(f"{table.place(number)}: {column}", row[column], "expected a number from 0 on")
    return value
