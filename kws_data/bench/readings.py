"""A measure by each reading of ARM's manual: the kindest, the default, the harshest (``firmware_tools.emulator``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from firmware_tools.boards.spec import BoardSpec

#: Settings of the emulator's cycle model, in the order of ``Readings``.
NAMES = ("default", "kindest", "harshest")


@dataclass(frozen=True)
class Readings:
    """Cycles of the same work. ``default`` is what is held against limits."""

    default: int
    kindest: int
    harshest: int

    def each(self) -> dict[str, int]:
        """By name."""
        return {name: getattr(self, name) for name in NAMES}

    def plus(self, other: Readings, times: int = 1) -> Readings:
        """With ``times`` of another's cycles."""
        return Readings(*(getattr(self, name) + times * getattr(other, name) for name in NAMES))


def boards_by_reading(board: BoardSpec) -> list[BoardSpec]:
    """The board with its cycles counted in each of the three ways, in the order of :class:`Readings`."""
    return [replace(board, timing=name) for name in NAMES]


def readings(cycles: Sequence[int]) -> Readings:
    """Of cycles measured on :func:`boards_by_reading`."""
    default, kindest, harshest = cycles
    return Readings(default, kindest, harshest)
