"""A network as two lists of kernel calls: those that make columns, with the frames they are due in, and the head's.

A layer that makes one column is the windowed layer of a window of just so many rows, so that the windowed engine's
lowering and kernels serve; only means over time, which a running sum makes cheap, have kernels of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from firmware_tools.engine.call import Call, Value, fits_uint16
from firmware_tools.engine.lower import LOWERINGS, lower_operators
from firmware_tools.engine.streaming.columns import split_at_head
from firmware_tools.engine.streaming.split import Columns, Layer, Split
from firmware_tools.tflite.graph import Graph, Operator, graph_place

NOWHERE = -1  # as the output of a call: a mean's own memory, or the caller's scores
_ENDS = {"MEAN": "kws_stream_mean", "AVERAGE_POOL_2D": "kws_stream_average"}


@dataclass(frozen=True)
class Step:
    """A kernel call that makes a column of tensor ``call.output``.

    Attributes:
        call: the call.
        due: when.
        rows_back: for each input of the call, where its first row is: so many rows before the end of what is kept.
    """

    call: Call
    due: Columns
    rows_back: tuple[int, ...]


@dataclass(frozen=True)
class Store:
    """What is kept of a tensor's columns: the last ``rows`` of them, each of ``row_bytes``.

    ``lasting``: whether they are needed in later frames, or only until the frame is done.
    """

    rows: int
    row_bytes: int
    lasting: bool


@dataclass(frozen=True)
class RunningMean:
    """A mean over all columns of a window, kept as sums that each new column is added to and the oldest taken from.

    Attributes:
        add: takes a column.
        finish: gives the mean.
        due: when a column comes.
        state_bytes: of the place of the oldest column, the sums and the columns, as ``kws_stream_add`` keeps them.
    """

    add: Call
    finish: Call
    due: Columns
    state_bytes: int


@dataclass(frozen=True)
class StreamProgram:
    """A network in its streaming form.

    Attributes:
        steps: calls that make columns, in order.
        means: running means, by the number of the tensor that they give to the head.
        head: calls that run once a hop, in order.
        renamed: tensors that are the bytes of another.
        stores: what is kept of each tensor of columns.
        columns: when each tensor of columns is made.
        hop_frames: windows begin at multiples of so many frames.
    """

    steps: tuple[Step, ...]
    means: Mapping[int, RunningMean]
    head: tuple[Call, ...]
    renamed: Mapping[int, int]
    stores: Mapping[int, Store]
    columns: Mapping[int, Columns]
    hop_frames: int

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls in order: steps, columns that are added to means, ends of means, head."""
        means = self.means.values()
        return (*(s.call for s in self.steps), *(m.add for m in means), *(m.finish for m in means), *self.head)

    def source(self, index: int) -> int:
        """The tensor whose bytes a tensor is."""
        while index in self.renamed:
            index = self.renamed[index]
        return index


def stream_program(graph: Graph) -> StreamProgram:
    """The streaming form of a network.

    Raises:
        StreamingError: a layer cannot make its columns one by one.
        ModelError: shapes or scales that the kernels cannot serve.
    """
    split = split_at_head(graph)
    steps = tuple(step for layer in split.layers for step in _steps(graph, split, layer))
    means = {op.output: mean for op in split.head if (mean := _running_mean(graph, split, op)) is not None}
    rest = [op for op in split.head if op.output not in means]
    head, renamed = lower_operators(graph, rest, split.columns)
    head += _output_of_columns(graph, split)
    stores = _stores(graph, split, rest, means)
    hop_frames = split.hop_frames(graph)
    return StreamProgram(steps, means, tuple(head), {**split.renamed, **renamed}, stores, split.columns, hop_frames)


def _steps(graph: Graph, split: Split, layer: Layer) -> list[Step]:
    """The layer's calls, for windows of just the rows that one column needs."""
    operator = layer.operator
    shapes = {operator.output: 1}
    shapes |= {index: layer.rows[split.source(index)] for index in operator.inputs if index in split.columns}
    small = with_rows(graph, shapes)
    found = []
    for call in LOWERINGS[operator.kind](small, operator):
        sources = [split.source(index) if index in split.columns else -1 for index in call.inputs]
        back = tuple(layer.rows.get(index, 0) + layer.behind.get(index, 0) for index in sources)
        found.append(Step(call, split.columns[operator.output], back))
    return found


def with_rows(graph: Graph, rows: Mapping[int, int]) -> Graph:
    """The graph with tensors of another number of rows (their second dimension)."""
    tensors = list(graph.tensors)
    for index, count in rows.items():
        shape = tensors[index].shape
        tensors[index] = replace(tensors[index], shape=(shape[0], count, *shape[2:]))
    return replace(graph, tensors=tuple(tensors))


def _running_mean(graph: Graph, split: Split, operator: Operator) -> RunningMean | None:
    """A head's operator as a running mean, if it is a mean over all columns and, at most, all of each column."""
    index = operator.inputs[0]
    if index not in split.columns or operator.kind not in ("MEAN", "AVERAGE_POOL_2D"):
        return None
    (call,) = LOWERINGS[operator.kind](graph, operator)
    columns = split.columns[index]
    if operator.kind == "MEAN":
        inner = call.parameters["inner"]
        assert isinstance(inner, int)
        sums = inner
    else:
        shape = graph.tensors[index].shape
        if (operator.options["filterHeight"], operator.options["filterWidth"]) != shape[1:3]:
            return None
        sums = shape[3]
    row_bytes = graph.tensors[index].elements // columns.count
    fields = {"columns": columns.count, "row_bytes": row_bytes, "sums": sums}
    parameters = fits_uint16(fields, graph_place(operator))
    add = Call(operator.index, "kws_stream_add", (split.source(index),), NOWHERE, parameters)
    finish = replace(call, function=_ENDS[operator.kind], inputs=(), in_place=())
    return RunningMean(add, finish, columns, 4 + 4 * sums + columns.count * row_bytes)


def _output_of_columns(graph: Graph, split: Split) -> list[Call]:
    """Where the network ends in columns: a copy of those of the window."""
    (index,) = graph.outputs
    if index not in split.columns:
        return []
    length = graph.tensors[index].elements
    parameters: dict[str, Value] = {"blocks": 1, "length": length, "stride": length, "offset": 0}
    return [Call(graph.operators[-1].index, "kws_copy", (index,), NOWHERE, parameters)]


def _stores(graph: Graph, split: Split, head: Iterable[Operator], means: Mapping[int, RunningMean]) -> dict[int, Store]:
    """How many columns of each tensor are kept, and whether beyond the frame in which they are made."""
    rows: dict[int, int] = {}
    lasting: set[int] = set()
    for layer in split.layers:
        made = split.columns[layer.operator.output]
        rows.setdefault(split.source(layer.operator.output), 1)
        for index, count in layer.rows.items():
            rows[index] = max(rows.get(index, 1), count + layer.behind[index])
            if not made.meets(split.columns[index]):
                lasting.add(index)
    for index in split.taken_whole(graph, head):
        rows[index] = max(rows.get(index, 1), split.columns[index].count)
        lasting.add(index)
    for mean in means.values():
        rows.setdefault(mean.add.inputs[0], 1)
    return {
        index: Store(count, math.prod(graph.tensors[index].shape[2:]), count > 1 or index in lasting)
        for index, count in rows.items()
    }
