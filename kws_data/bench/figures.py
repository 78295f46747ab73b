"""Rows of a bench: what was wanted, what was measured, whether it was reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One row; ``passed`` is None when it could not be measured here.

    ``kindest`` and ``harshest`` are the figure by the ends of a range that its measure has; empty where it has none.
    They decide nothing.
    """

    what: str
    wanted: str
    measured: str
    passed: bool | None
    seconds: float = 0.0
    details: dict[str, Any] = field(default_factory=dict)
    kindest: str = ""
    harshest: str = ""

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def all_passed(figures: Sequence[Figure], *, unmeasured: bool = True) -> bool:
    """Whether no figure failed; one that could not be measured counts as ``unmeasured``."""
    return all(unmeasured if figure.passed is None else figure.passed for figure in figures)
