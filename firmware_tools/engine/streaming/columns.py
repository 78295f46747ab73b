"""Which part of a network slides over time, and at which frames each of its layers makes a column.

A network of features ``[1, frames, ...]`` has two parts. Layers that do not look beyond the clip's edges make their
outputs column by column: column j of one needs a few columns of the layer before, whatever the window that is heard.
What takes all columns at once (a mean over time, a dense layer) and all that follows is the **head**; it runs once a
hop. So

- a layer with ``reach`` and ``stride`` in time over columns that come every ``period`` frames, the first after
  ``first`` frames, makes its own every ``period * stride`` frames, the first after ``first + (reach - 1) * period``;
- what leaves out columns at the ends of the clip is the same columns, counted from later on;
- a layer of several operands waits for the one that comes last and takes older columns of the others;
- windows begin at multiples of the head's period, where all layers begin a column: there, and only there, the columns
  kept are those that the windowed network would compute anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from firmware_tools.engine.lower import RENAMES
from firmware_tools.engine.lower_move import cut_dimension
from firmware_tools.engine.streaming.split import Columns, Layer, Split
from firmware_tools.engine.window import Axis, window_of
from firmware_tools.errors import StreamingError
from firmware_tools.tflite.graph import Graph, Operator, constant_numbers, dimension

POOLS = frozenset({"AVERAGE_POOL_2D", "MAX_POOL_2D"})
ALONE = frozenset({"RELU", "RELU6", "LOGISTIC"})
MERGES = frozenset({"ADD", "MUL", "CONCATENATION"})


def why_not_streaming(graph: Graph) -> str | None:
    """In one line why a network cannot be computed column by column; None when it can."""
    try:
        split_at_head(graph)
    except StreamingError as error:
        return str(error)
    return None


def split_at_head(graph: Graph) -> Split:
    """The layers that make columns, and the head.

    Raises:
        StreamingError: a layer cannot make its columns one by one.
    """
    if len(graph.input.shape) < 2:
        raise StreamingError("the model's input has no time", list(graph.input.shape), "give it [1, frames, ...]")
    split = Split({graph.inputs[0]: Columns(0, 1, graph.input.shape[1])})
    computed = {operator.output for operator in graph.operators}
    whole: set[int] = set()
    for operator in graph.operators:
        read = [i for i in operator.inputs if i in computed or i in graph.inputs]
        if any(i in whole for i in read) or not read or _takes_all(graph, operator):
            split.head.append(operator)
            whole.add(operator.output)
        else:
            _add_layer(graph, split, operator, read)
    _all_columns_until_the_end(graph, split)
    in_head = sum(graph.macs(operator) for operator in split.head)
    if 2 * in_head >= graph.total_macs:
        _refuse(graph, split.head[0] if split.head else graph.operators[-1], "takes all frames at once, too early")
    return split


def _takes_all(graph: Graph, operator: Operator) -> bool:
    """Whether an operator that reads columns needs all of a window at once."""
    x, y = graph.tensors[operator.inputs[0]].shape, graph.tensors[operator.output].shape
    if operator.kind == "MEAN":
        return 1 in {dimension(operator, graph.tensors[operator.inputs[0]], a) for a in _axes(graph, operator)}
    if operator.kind == "FULLY_CONNECTED":
        return len(x) < 3 or y[:-1] != x[:-1] or graph.tensors[operator.inputs[1]].shape[-1] != x[-1]
    if operator.kind in RENAMES:
        return len(y) < 2 or y[:2] != x[:2]
    if operator.kind == "SOFTMAX":
        return len(x) < 3
    if _kernel(graph, operator) is not None:
        return y[1] == 1
    return False


def _axes(graph: Graph, operator: Operator) -> list[int]:
    return constant_numbers(graph, operator, 1)


def _kernel(graph: Graph, operator: Operator) -> tuple[int, int] | None:
    """Height and width of an operator that slides over its input; None for others."""
    if operator.kind in POOLS:
        return int(operator.options["filterHeight"]), int(operator.options["filterWidth"])
    if operator.kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        shape = graph.tensors[operator.inputs[1]].shape
        return shape[1], shape[2]
    return None


def _add_layer(graph: Graph, split: Split, operator: Operator, read: Iterable[int]) -> None:
    """One more layer of columns, or one more name for some."""
    output = operator.output
    if operator.kind in RENAMES:
        split.columns[output] = split.columns[operator.inputs[0]]
        split.renamed[output] = operator.inputs[0]
        return
    if operator.kind == "STRIDED_SLICE" and graph.tensors[output].shape[1] != split.columns[operator.inputs[0]].count:
        split.columns[output] = _cut(graph, split, operator)
        split.renamed[output] = operator.inputs[0]
        return
    if operator.kind in MERGES:
        made, layer = _merged(graph, split, operator, list(read))
    else:
        made, layer = _slid(graph, split, operator)
    if graph.tensors[output].shape[1] != made.count:
        _refuse(graph, operator, "changes the number of columns")
    split.columns[output] = made
    split.layers.append(layer)


def _slid(graph: Graph, split: Split, operator: Operator) -> tuple[Columns, Layer]:
    """A layer over one tensor of columns."""
    index = operator.inputs[0]
    columns, source = split.columns[index], split.source(index)
    kernel = _kernel(graph, operator)
    if kernel is None:
        _CHECKS.get(operator.kind, _has_no_time)(graph, operator)
        return columns, Layer(operator, {source: 1}, {source: 0})
    axis = window_of(graph, operator, kernel).height
    if axis.pad or (axis.out - 1) * axis.stride + axis.reach > axis.size:
        _refuse(graph, operator, "looks beyond the clip's edges (padding in time)", "train with model.padding: valid")
    return _after(columns, axis), Layer(operator, {source: axis.reach}, {source: 0})


def _cut(graph: Graph, split: Split, operator: Operator) -> Columns:
    """The columns that a slice of time leaves: those of its input, from a later one on."""
    columns = split.columns[operator.inputs[0]]
    _, begin = cut_dimension(graph, operator)
    return Columns(columns.first + begin * columns.period, columns.period, graph.tensors[operator.output].shape[1])


def _all_columns_until_the_end(graph: Graph, split: Split) -> None:
    """The head takes columns when a window's last frame has come: none may have been left out at its end."""
    for operator in split.head:
        for index in operator.inputs:
            columns = split.columns.get(index)
            if columns and columns.first + columns.count * columns.period < graph.input.shape[1]:
                _refuse(graph, operator, "takes columns of which the last ones of the clip were left out")


def _after(columns: Columns, axis: Axis) -> Columns:
    first = columns.first + (axis.reach - 1) * columns.period
    return Columns(first, columns.period * axis.stride, axis.out)


def _merged(graph: Graph, split: Split, operator: Operator, read: list[int]) -> tuple[Columns, Layer]:
    """A layer of several operands: it waits for the one whose columns come last."""
    shape = graph.tensors[operator.output].shape
    operands = {split.source(index): split.columns[index] for index in read}
    if any(operands[split.source(index)] != split.columns[index] for index in read):
        _refuse(graph, operator, "takes columns of the same layer at different times")
    last = max(operands.values(), key=lambda columns: columns.first)
    for index in operator.inputs:
        _check_operand(graph, operator, index, len(shape), index in read)
    if operator.kind == "CONCATENATION" and _concatenated_in_time(graph, operator):
        _refuse(graph, operator, "joins pieces of time")
    if any((columns.period, columns.count) != (last.period, last.count) for columns in operands.values()):
        _refuse(graph, operator, "takes columns that come at different times")
    behind = {index: last.behind(columns) for index, columns in operands.items()}
    return last, Layer(operator, dict.fromkeys(operands, 1), behind)


def _check_operand(graph: Graph, operator: Operator, index: int, rank: int, moves: bool) -> None:
    shape = graph.tensors[index].shape
    if moves and len(shape) != rank:
        _refuse(graph, operator, "takes columns of another number of dimensions")
    if not moves and len(shape) > rank - 2 and shape[len(shape) - rank + 1] != 1:
        _refuse(graph, operator, "has a constant for each frame of the window")


def _concatenated_in_time(graph: Graph, operator: Operator) -> bool:
    axis = int(operator.options.get("axis", 0))
    return dimension(operator, graph.tensors[operator.output], axis) < 2


def _has_no_time(graph: Graph, operator: Operator) -> None:
    if operator.kind not in ALONE | {"SOFTMAX", "FULLY_CONNECTED", "STRIDED_SLICE"}:
        _refuse(graph, operator, "has no streaming form")


def _no_padding_in_time(graph: Graph, operator: Operator) -> None:
    if any(constant_numbers(graph, operator, 1)[:4]):
        _refuse(graph, operator, "looks beyond the clip's edges (padding in time)", "train with model.padding: valid")


def _not_over_the_batch(graph: Graph, operator: Operator) -> None:
    if 0 in {dimension(operator, graph.tensors[operator.inputs[0]], a) for a in _axes(graph, operator)}:
        _refuse(graph, operator, "has no streaming form")


_CHECKS: Mapping[str, Callable[[Graph, Operator], None]] = {"PAD": _no_padding_in_time, "MEAN": _not_over_the_batch}


def _refuse(graph: Graph, operator: Operator, what: str, remedy: str = "") -> None:
    raise StreamingError(f"layer {graph.layer_name(operator)} {what}", None, remedy)
