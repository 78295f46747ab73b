"""An estimate of what listening draws, and how long a cell lasts: cycles that were counted, currents of data sheets.

The mean current is that of the core while it computes and while it sleeps, each for its share of the time, and of what
runs all the time that a microphone is heard. Left out: regulators, LEDs and everything else on a board, what is done
after a detection, flash wait states, a cell's self-discharge, and that small cells give less at high currents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from firmware_tools.boards.power import PowerSpec
from firmware_tools.boards.spec import BoardSpec
from kws_data.gate.cells import CELLS_MAH
from kws_data.gate.listening import Listening


@dataclass(frozen=True)
class PowerEstimate:
    """Mean currents of a board that listens, in microamperes, by what draws them.

    Attributes:
        board: its name.
        listening: the work.
        spec: the figures of its board file.
        clock_hz: of its core.
    """

    board: str
    listening: Listening
    spec: PowerSpec
    clock_hz: int

    @property
    def share(self) -> float:
        """Of the time that the core computes: as counted, or else as added up; no more than all of it."""
        counted = self.listening.awake
        return min(1.0, self.listening.share if counted is None else counted)

    @property
    def cycles_per_hour(self) -> float:
        """Of listening."""
        return 3_600 * self.share * self.clock_hz

    @property
    def parts_ua(self) -> dict[str, float]:
        """Mean microamperes of each part."""
        return {
            "core, computing": self.share * self.spec.active.ua_per_mhz * self.clock_hz / 1e6,
            "core, asleep": (1.0 - self.share) * self.spec.sleep.ua,
            "capture": self.spec.capture.ua,
            "microphone": self.spec.microphone.ua,
        }

    @property
    def mean_ua(self) -> float:
        """All parts together."""
        return sum(self.parts_ua.values())

    def hours(self, cell: str) -> float:
        """How long a cell of :data:`CELLS_MAH` lasts."""
        return CELLS_MAH[cell] * 1_000 / self.mean_ua if self.mean_ua else float("inf")

    def lines(self, cell: str) -> list[str]:
        """For a person, each figure with its source."""
        parts = ", ".join(f"{name} {amount:,.0f}" for name, amount in self.parts_ua.items())
        spec = self.spec
        closed = ["  with its gate, in the sound that was played here: what keeps it open costs as without"]
        return [
            f"power, an estimate (nothing was measured on a board): {self.mean_ua:,.0f} uA on average on {self.board}, "
            f"{self.hours(cell):,.0f} hours on a {cell} of {CELLS_MAH[cell]:,} mAh",
            f"  {self.cycles_per_hour / 1e9:.2f} thousand million cycles an hour; uA: {parts}",
            f"  core {spec.active.ua_per_mhz:g} uA/MHz: {spec.active.source}",
            f"  asleep {spec.sleep.ua:g} uA: {spec.sleep.source}",
            f"  capture {spec.capture.ua:g} uA: {spec.capture.source}",
            f"  microphone {spec.microphone.ua:g} uA: {spec.microphone.source}",
            *(closed if self.listening.gated else []),
            "  left out: regulators and LEDs of the board, flash wait states, the cell's self-discharge; a coin cell "
            "gives less than its name where it has to give milliamperes",
        ]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        named = {name: getattr(self.spec, name) for name in ("active", "sleep", "capture", "microphone")}
        return {
            "estimate": True,
            "board": self.board,
            "cycles_per_hour": round(self.cycles_per_hour),
            "mean_ua": self.mean_ua,
            "parts_ua": self.parts_ua,
            "figures": {name: vars(figure) for name, figure in named.items()},
            "cells": {cell: {"mah": mah, "hours": self.hours(cell)} for cell, mah in CELLS_MAH.items()},
        }


def power_of(board: BoardSpec, listening: Listening) -> PowerEstimate | None:
    """The estimate for a board; None where its file has no figures."""
    return None if board.power is None else PowerEstimate(board.name, listening, board.power, board.clock_hz)
