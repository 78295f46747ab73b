"""Rows of a bench: what was wanted, what was measured, whether it was reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One row; ``passed`` is None when it could not be measured here."""

    what: str
    wanted: str
    measured: str
    passed: bool | None
    seconds: float = 0.0
    details: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def all_passed(figures: Sequence[Figure]) -> bool:
    """Whether no figure failed; one that could not be measured is no failure."""
    return all(figure.passed is not False for figure in figures)
