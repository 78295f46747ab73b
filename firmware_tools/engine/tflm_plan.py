"""Where TFLM puts each activation: a better plan than its own, to be carried in the file.

TFLM places tensors largest first, which leaves holes when kernels want scratch memory larger than any tensor (the
unpacked weights of a 4-bit convolution). A file may bring offsets along, as metadata named
:data:`METADATA`; TFLM then places only its scratch memory itself, into what is free
(tflite-micro, docs/memory_management.md, "Offline planned tensor allocations").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from firmware_tools.engine.flatbuffer import load_model, schema

METADATA = "OfflineMemoryAllocation"
VERSION, SUBGRAPH, UNPLANNED = 1, 0, -1
ALIGNMENT = 16  # bytes, of every buffer in TFLM's arena
RANDOM_ORDERS = 500


@dataclass(frozen=True)
class Life:
    """Memory in use from operator ``first`` to operator ``last``; ``tensor`` is None for a kernel's scratch memory."""

    tensor: int | None
    size_bytes: int
    first: int
    last: int

    def meets(self, other: Life) -> bool:
        """Whether both are in use at some time."""
        return self.first <= other.last and other.first <= self.last


def plan_vector(tflite: bytes) -> list[int] | None:
    """The content of the metadata, int32: version, subgraph, number of tensors, the offset of each.

    None where TFLM's own order needs no more, or where a plan would not be safe (variable tensors).

    Raises:
        ModelError: damaged.
    """
    graph = (model := load_model(tflite)).subgraphs[0]
    if any(tensor.isVariable for tensor in graph.tensors):
        return None
    lives = _lives(model, graph)
    usual = _placed(sorted(lives, key=lambda life: (-life.size_bytes, life.first)))
    best = _best(lives)
    if _peak(best) >= _peak(usual):
        return None
    offsets = [UNPLANNED] * len(graph.tensors)
    for offset, life in best:
        if life.tensor is not None:
            offsets[life.tensor] = offset
    return [VERSION, SUBGRAPH, len(offsets), *offsets]


def _lives(model: Any, graph: Any) -> list[Life]:
    """Of every activation, and of the unpacked weights of 4-bit operators."""
    first = dict.fromkeys(map(int, graph.inputs), 0)
    last = dict.fromkeys(map(int, graph.inputs), 0)
    scratch = []
    for number, operator in enumerate(graph.operators):
        read = [int(i) for i in operator.inputs if i >= 0]
        weights = [graph.tensors[i] for i in read if graph.tensors[i].type == schema().TensorType.INT4]
        scratch += [Life(None, _aligned(_elements(tensor)), number, number) for tensor in weights]
        last.update((i, number) for i in read if not _constant(model, graph.tensors[i]))
        for i in map(int, operator.outputs):
            first.setdefault(i, number)
            last[i] = number
    last.update((int(i), len(graph.operators)) for i in graph.outputs)
    return [Life(i, _aligned(_elements(graph.tensors[i])), first[i], last[i]) for i in first] + scratch


def _constant(model: Any, tensor: Any) -> bool:
    data = model.buffers[tensor.buffer].data
    return data is not None and len(data) > 0


def _elements(tensor: Any) -> int:
    return int(np.prod(tensor.shape))


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _best(lives: Sequence[Life]) -> list[tuple[int, Life]]:
    """The lowest of many orders, first fit each; stops at what is alive at once, which no plan can be below."""
    least = max(
        sum(life.size_bytes for life in lives if life.first <= now <= life.last) for now in {x.first for x in lives}
    )
    rng = np.random.default_rng(0)
    best = _placed(sorted(lives, key=lambda life: (-life.size_bytes * (life.last - life.first + 1), life.first)))
    for _ in range(RANDOM_ORDERS):
        if _peak(best) <= least:
            break
        best = min(best, _placed([lives[i] for i in rng.permutation(len(lives))]), key=_peak)
    return best


def _placed(order: Sequence[Life]) -> list[tuple[int, Life]]:
    """Each at the lowest offset that is free during its whole life."""
    placed: list[tuple[int, Life]] = []
    for life in order:
        offset = 0
        for start, other in sorted(((s, o) for s, o in placed if o.meets(life)), key=lambda item: item[0]):
            if offset + life.size_bytes <= start:
                break
            offset = max(offset, start + other.size_bytes)
        placed.append((offset, life))
    return placed


def _peak(placed: Sequence[tuple[int, Life]]) -> int:
    return max((offset + life.size_bytes for offset, life in placed), default=0)
