"""Several tests at once: p values that may still be held against one level."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """p values adjusted for their number, in their order: held against 0.05, at most one in twenty families of true
    null hypotheses has any below it (Holm 1979, Scand. J. Stat. 6:65)."""
    order = sorted(range(len(p)), key=lambda at: p[at])
    adjusted, highest = [1.0] * len(p), 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, (len(p) - rank) * p[at]))
        adjusted[at] = highest
    return tuple(adjusted)
