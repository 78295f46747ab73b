"""Who computes what is missing from the feature store: processes of this machine (or Ray, see build_ray.py).

An engine is given all work and gives back the result of one chunk after the other, in any order: rows go straight into
the store, under names and with contents that depend on the clips alone, so neither the engine nor the number of its
workers nor an interruption can be seen in what comes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from kws_data.features.compute import COPIES, ChunkResult, Work, compute_chunk
from kws_data.features.recipe import Recipe
from kws_data.system.processes import worked_through

CHUNK_ROWS, SMALL_ROWS = 2_048, 4_096


class Engine(Protocol):
    """Computes chunks of work."""

    def run(self, recipe: Recipe, work: Work) -> Iterator[ChunkResult]:
        """Compute all work; results come in any order.

        Raises:
            DataError: the workers died, or cannot be reached.
            CatalogError: audio of a noise, a room or a voice is missing or damaged.
        """


def rows_of(work: Work) -> int:
    """Copies that the work asks for: what it costs."""
    copies = np.where(work["parts"] & COPIES, work["key"]["copies"], 0)
    return int((copies.astype(np.int64) + 1).sum())


def chunks_of(work: Work, rows: int = CHUNK_ROWS) -> list[Work]:
    """Work in pieces of about so many copies."""
    if not len(work):
        return []
    pieces = max(1, min(len(work), -(-rows_of(work) // rows)))
    return [piece for piece in np.array_split(work, pieces) if len(piece)]


@dataclass(frozen=True)
class LocalEngine:
    """Processes of this machine. One worker, or little work, stays in this process.

    After an error or Ctrl-C workers finish the chunks that they are at: what is in the store is not computed again.

    Attributes:
        workers: processes.
        chunk_rows: copies in a chunk, at most: about a second of work, which is what an interruption may cost.
        small_rows: so few copies are computed sooner than processes start.
    """

    workers: int = 2
    chunk_rows: int = CHUNK_ROWS
    small_rows: int = SMALL_ROWS

    def run(self, recipe: Recipe, work: Work) -> Iterator[ChunkResult]:
        """See :class:`Engine`."""
        rows = rows_of(work)
        if self.workers <= 1 or rows < self.small_rows:
            yield from (compute_chunk(recipe, chunk) for chunk in chunks_of(work, self.chunk_rows))
            return
        chunks = chunks_of(work, min(self.chunk_rows, -(-rows // (4 * self.workers))))
        yield from worked_through(partial(compute_chunk, recipe), chunks, self.workers)
