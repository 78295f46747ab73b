"""``power:`` of a board file: currents from data sheets, each with where it is from. All are in microamperes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from firmware_tools.boards.table import checked_table
from firmware_tools.errors import BoardError

_MOST_UA = 10_000_000.0


@dataclass(frozen=True)
class ActiveCurrent:
    """Of the running core, per MHz of its clock, and the source of the figure."""

    ua_per_mhz: float
    source: str


@dataclass(frozen=True)
class Current:
    """A current and the source of the figure."""

    ua: float
    source: str


@dataclass(frozen=True)
class PowerSpec:
    """What a board draws while it listens.

    Attributes:
        active: the core while it computes.
        sleep: the chip while the core sleeps, memory kept, with a clock that wakes it.
        capture: what runs besides the core all the time that sound comes in: oscillator, filter of the microphone's
            bits, DMA.
        microphone: the microphone itself.
    """

    active: ActiveCurrent
    sleep: Current
    capture: Current
    microphone: Current


def power_settings(values: object, where: str) -> PowerSpec | None:
    """The checked section, None where a file has none.

    Raises:
        BoardError: a key unknown or missing, no number, or one out of range; ``where`` begins the message.
    """
    if values is None:
        return None
    table = checked_table(PowerSpec, values, where, "power.")
    core = _entry(ActiveCurrent, "ua_per_mhz", table["active"], where, "power.active.")
    others = {
        name: Current(*_entry(Current, "ua", table[name], where, f"power.{name}."))
        for name in ("sleep", "capture", "microphone")
    }
    return PowerSpec(ActiveCurrent(*core), **others)


def _entry(
    kind: type[ActiveCurrent] | type[Current], amount: str, values: object, where: str, prefix: str
) -> tuple[float, str]:
    """A current and its source, from a table of the two."""
    if not isinstance(values, Mapping):
        remedy = f"write {{{amount}: 100, source: 'data sheet, table'}}"
        raise BoardError(f"{where}: {prefix.rstrip('.')}", str(values), remedy)
    table = checked_table(kind, values, where, prefix)
    number = table[amount]
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= _MOST_UA:
        raise BoardError(f"{where}: {prefix}{amount}", str(number), "write microamperes, a number from 0 on")
    if not table["source"].strip():
        raise BoardError(f"{where}: {prefix}source", "''", "say where the figure is from: data sheet and table")
    return float(number), str(table["source"])
