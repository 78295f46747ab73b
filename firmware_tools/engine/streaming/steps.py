"""A network as two lists of kernel calls: those that make columns, with the frames they are due in, and the head's.

A layer that makes one column is the windowed layer of a window of just so many rows, so that the windowed engine's
lowering and kernels serve; only means over time, which a running sum makes cheap, have kernels of their own.

Where a decision comes every few frames, a network whose layers make a column of each frame can make those columns
**together** when the last of these frames has come: weights are then read once for several columns.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from firmware_tools.engine.call import Call, Value, fits_uint16
from firmware_tools.engine.lower import LOWERINGS, lower_operators
from firmware_tools.engine.lower_conv import PIXELS
from firmware_tools.engine.streaming.columns import Columns, Layer, Split, split_at_head
from firmware_tools.tflite.graph import Graph, Operator, graph_place

NOWHERE = -1  # as the output of a call: a mean's own memory, or the caller's scores
_MOST_SCRATCH_BYTES = 512  # columns whose making would take more are made one by one: memory is dearer than time
_ONE_COLUMN = frozenset({"kws_depthwise_column"})  # kernels that are best called for each column
_ENDS = {"MEAN": "kws_stream_mean", "AVERAGE_POOL_2D": "kws_stream_average"}


@dataclass(frozen=True)
class Step:
    """A kernel call that makes a column of tensor ``call.output``.

    Attributes:
        call: the call.
        due: when.
        rows_back: for each input of the call, where its first row is: so many rows before the end of what is kept.
        times: it is called so often, each time for rows one further on.
    """

    call: Call
    due: Columns
    rows_back: tuple[int, ...]
    times: int = 1


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
        together: columns of a layer that are made at once.
    """

    steps: tuple[Step, ...]
    means: Mapping[int, RunningMean]
    head: tuple[Call, ...]
    renamed: Mapping[int, int]
    stores: Mapping[int, Store]
    columns: Mapping[int, Columns]
    hop_frames: int
    together: int = 1

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


def stream_program(graph: Graph, stride_frames: int = 1) -> StreamProgram:
    """The streaming form of a network that is asked for scores at multiples of ``stride_frames`` frames.

    Columns are made together where these are multiples of as many as the kernels take at once, and no layer strides.

    Raises:
        StreamingError: a layer cannot make its columns one by one.
        ModelError: shapes or scales that the kernels cannot serve.
    """
    split = split_at_head(graph)
    alike = all(columns.period == 1 for columns in split.columns.values())
    together = PIXELS if stride_frames % PIXELS == 0 and alike else 1
    steps = tuple(step for layer in split.layers for step in _steps(graph, split, layer, together))
    means = {op.output: mean for op in split.head if (mean := _running_mean(graph, split, op, together)) is not None}
    rest = [op for op in split.head if op.output not in means]
    head, renamed = lower_operators(graph, rest, split.columns)
    head += _output_of_columns(graph, split)
    stores = _stores(graph, split, rest, means, together)
    hop_frames = math.lcm(split.hop_frames(graph), together)
    names = {**split.renamed, **renamed}
    return StreamProgram(steps, means, tuple(head), names, stores, split.columns, hop_frames, together)


def _due(graph: Graph, columns: Columns, together: int) -> Columns:
    """When columns are made: those that are made together, in the frames with which windows end."""
    return columns if together == 1 else Columns(graph.input.shape[1] - 1, together, columns.count)


def _steps(graph: Graph, split: Split, layer: Layer, together: int) -> list[Step]:
    """The layer's calls, for windows of just the rows that its columns need."""
    operator = layer.operator
    calls, times = _calls(graph, split, layer, together), 1
    one_by_one = _calls(graph, split, layer, 1)
    large = any((call.scratch_bytes or 0) > _MOST_SCRATCH_BYTES for call in calls)
    if large or any(call.function in _ONE_COLUMN for call in one_by_one):
        calls, times = one_by_one, together
    found = []
    for call in calls:
        sources = [split.source(index) if index in split.columns else -1 for index in call.inputs]
        back = [layer.rows.get(index, 0) + layer.behind.get(index, 0) + together - 1 for index in sources]
        found.append(Step(call, _due(graph, split.columns[operator.output], together), tuple(back), times))
    return found


def _calls(graph: Graph, split: Split, layer: Layer, together: int) -> list[Call]:
    operator = layer.operator
    shapes = {operator.output: together}
    for index in operator.inputs:
        if index in split.columns:
            shapes[index] = layer.rows[split.source(index)] + together - 1
    return LOWERINGS[operator.kind](with_rows(graph, shapes), operator)


def with_rows(graph: Graph, rows: Mapping[int, int]) -> Graph:
    """The graph with tensors of another number of rows (their second dimension)."""
    tensors = list(graph.tensors)
    for index, count in rows.items():
        shape = tensors[index].shape
        tensors[index] = replace(tensors[index], shape=(shape[0], count, *shape[2:]))
    return replace(graph, tensors=tuple(tensors))


def _running_mean(graph: Graph, split: Split, operator: Operator, together: int) -> RunningMean | None:
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
    return RunningMean(add, finish, _due(graph, columns, together), 4 + 4 * sums + columns.count * row_bytes)


def _output_of_columns(graph: Graph, split: Split) -> list[Call]:
    """Where the network ends in columns: a copy of those of the window."""
    (index,) = graph.outputs
    if index not in split.columns:
        return []
    length = graph.tensors[index].elements
    parameters: dict[str, Value] = {"blocks": 1, "length": length, "stride": length, "offset": 0}
    return [Call(graph.operators[-1].index, "kws_copy", (index,), NOWHERE, parameters)]


def _stores(
    graph: Graph, split: Split, head: Iterable[Operator], means: Mapping[int, RunningMean], together: int
) -> dict[int, Store]:
    """How many columns of each tensor are kept, and whether beyond the frame in which they are made."""
    rows: dict[int, int] = {}
    lasting = set(graph.inputs) if together > 1 else set()  # frames come one by one
    for layer in split.layers:
        made = split.columns[layer.operator.output]
        rows.setdefault(split.source(layer.operator.output), together)
        for index, count in layer.rows.items():
            needed = count + layer.behind[index]
            rows[index] = max(rows.get(index, 1), needed + together - 1)
            if needed > 1 or not made.meets(split.columns[index]):
                lasting.add(index)
    for index in split.taken_whole(graph, head):
        rows[index] = max(rows.get(index, together), split.columns[index].count)
        lasting.add(index)
    for mean in means.values():
        rows.setdefault(mean.add.inputs[0], together)
    return {
        index: Store(count, math.prod(graph.tensors[index].shape[2:]), index in lasting)
        for index, count in rows.items()
    }
