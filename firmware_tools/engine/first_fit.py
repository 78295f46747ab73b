"""Memory for buffers that live for a while each: first fit, in a given order (arXiv:2001.03288)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Life:
    """Memory in use from step ``first`` to step ``last``, both included."""

    size_bytes: int
    first: int
    last: int

    def meets(self, other: Life) -> bool:
        """Whether both are in use at some time."""
        return self.first <= other.last and other.first <= self.last


def aligned(size_bytes: int, alignment: int) -> int:
    """The size, rounded up to whole multiples of ``alignment`` bytes."""
    return -(-size_bytes // alignment) * alignment


def first_fit(order: Sequence[Life], alignment: int) -> list[int]:
    """Offset of each, in this order: the lowest that is free during its whole life."""
    offsets: list[int] = []
    for life in order:
        placed = zip(offsets, order, strict=False)
        offset = 0
        for start, other in sorted(((s, o) for s, o in placed if o.meets(life)), key=lambda item: item[0]):
            if offset + life.size_bytes <= start:
                break
            offset = max(offset, aligned(start + other.size_bytes, alignment))
        offsets.append(offset)
    return offsets
