"""Where TFLM puts each activation: a better plan than its own, to be carried in the file.

TFLM places tensors largest first, which leaves holes when kernels want scratch memory larger than any tensor (the
unpacked weights of a 4-bit convolution). A file may bring offsets along, as metadata named
:data:`METADATA`; TFLM then places only its scratch memory itself, into what is free
(tflite-micro, docs/memory_management.md, "Offline planned tensor allocations").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from firmware_tools.engine.first_fit import Life, aligned, first_fit
from firmware_tools.tflite.flatbuffer import load_model, schema

METADATA = "OfflineMemoryAllocation"
VERSION, SUBGRAPH, UNPLANNED = 1, 0, -1
ALIGNMENT = 16  # bytes, of every buffer in TFLM's arena
RANDOM_ORDERS = 500


def plan_vector(tflite: bytes) -> list[int] | None:
    """The content of the metadata, int32: version, subgraph, number of tensors, the offset of each.

    None where TFLM's own order needs no more, or where a plan would not be safe (variable tensors).

    Raises:
        ModelError: damaged.
    """
    graph = (model := load_model(tflite)).subgraphs[0]
    if any(tensor.isVariable for tensor in graph.tensors):
        return None
    tensors, lives = _lives(model, graph)
    usual = _placed(lives, sorted(range(len(lives)), key=lambda i: (-lives[i].size_bytes, lives[i].first)))
    best = _best(lives)
    if _peak(lives, best) >= _peak(lives, usual):
        return None
    offsets = [UNPLANNED] * len(graph.tensors)
    for tensor, offset in zip(tensors, best, strict=False):  # scratch memory comes after the tensors
        offsets[tensor] = offset
    return [VERSION, SUBGRAPH, len(offsets), *offsets]


def _lives(model: Any, graph: Any) -> tuple[list[int], list[Life]]:
    """The activations and the life of each, followed by those of the unpacked weights of 4-bit operators."""
    first = dict.fromkeys(map(int, graph.inputs), 0)
    last = dict.fromkeys(map(int, graph.inputs), 0)
    scratch = []
    for number, operator in enumerate(graph.operators):
        read = [int(i) for i in operator.inputs if i >= 0]
        weights = [graph.tensors[i] for i in read if graph.tensors[i].type == schema().TensorType.INT4]
        scratch += [Life(_size(tensor), number, number) for tensor in weights]
        last.update((i, number) for i in read if not _constant(model, graph.tensors[i]))
        for i in map(int, operator.outputs):
            first.setdefault(i, number)
            last[i] = number
    last.update((int(i), len(graph.operators)) for i in graph.outputs)
    return list(first), [Life(_size(graph.tensors[i]), first[i], last[i]) for i in first] + scratch


def _constant(model: Any, tensor: Any) -> bool:
    data = model.buffers[tensor.buffer].data
    return data is not None and len(data) > 0


def _size(tensor: Any) -> int:
    return aligned(int(np.prod(tensor.shape)), ALIGNMENT)


def _best(lives: Sequence[Life]) -> list[int]:
    """Offsets by the best of many orders; stops at what is alive at once, which no plan can be below."""
    least = max(
        sum(life.size_bytes for life in lives if life.first <= now <= life.last) for now in {x.first for x in lives}
    )
    rng = np.random.default_rng(0)
    length = [life.last - life.first + 1 for life in lives]
    order = sorted(range(len(lives)), key=lambda i: (-lives[i].size_bytes * length[i], lives[i].first))
    best = _placed(lives, order)
    for _ in range(RANDOM_ORDERS):
        if _peak(lives, best) <= least:
            break
        tried = _placed(lives, [int(i) for i in rng.permutation(len(lives))])
        best = min(best, tried, key=lambda offsets: _peak(lives, offsets))
    return best


def _placed(lives: Sequence[Life], order: Sequence[int]) -> list[int]:
    """Offset of each life, placed in this order."""
    offsets = [0] * len(lives)
    for i, offset in zip(order, first_fit([lives[i] for i in order], ALIGNMENT), strict=True):
        offsets[i] = offset
    return offsets


def _peak(lives: Sequence[Life], offsets: Sequence[int]) -> int:
    return max((offset + life.size_bytes for offset, life in zip(offsets, lives, strict=True)), default=0)
