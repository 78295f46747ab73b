"""A graph as a list of kernel calls, operator by operator."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from firmware_tools.engine import lower_binary, lower_conv, lower_depthwise, lower_move, lower_pool, lower_table
from firmware_tools.engine.call import Call
from firmware_tools.errors import ModelError
from firmware_tools.tflite.graph import SUPPORTED, Graph, Operator

LOWERINGS: Mapping[str, Callable[[Graph, Operator], list[Call]]] = {
    "CONV_2D": lower_conv.conv_2d,
    "DEPTHWISE_CONV_2D": lower_depthwise.depthwise_conv_2d,
    "FULLY_CONNECTED": lower_conv.fully_connected,
    "AVERAGE_POOL_2D": lower_pool.average_pool_2d,
    "MAX_POOL_2D": lower_pool.max_pool_2d,
    "MEAN": lower_pool.mean,
    "ADD": lower_binary.add,
    "MUL": lower_binary.mul,
    "PAD": lower_move.pad,
    "CONCATENATION": lower_move.concatenation,
    "STRIDED_SLICE": lower_move.strided_slice,
    "RELU": lower_table.relu,
    "RELU6": lower_table.relu6,
    "LOGISTIC": lower_table.logistic,
    "SOFTMAX": lower_table.softmax,
    "RESHAPE": lower_move.copy,
    "SQUEEZE": lower_move.copy,
    "EXPAND_DIMS": lower_move.copy,
}
RENAMES = frozenset({"RESHAPE", "SQUEEZE", "EXPAND_DIMS"})  # the same bytes under another shape

assert set(LOWERINGS) == set(SUPPORTED)


@dataclass(frozen=True)
class Program:
    """Kernel calls in order, and which tensors are another tensor under a new name."""

    calls: tuple[Call, ...]
    renamed: Mapping[int, int]


def lower(graph: Graph) -> Program:
    """Kernel calls for a graph.

    Raises:
        ModelError: shapes or scales that the kernels cannot serve.
    """
    calls, renamed = lower_operators(graph, graph.operators, graph.inputs)
    if not any(_source(index, renamed) in graph.inputs for call in calls for index in call.inputs):
        raise ModelError("the .tflite is damaged: nothing is computed from its input", None, "export it again")
    return Program(tuple(calls), renamed)


def lower_operators(
    graph: Graph, operators: Iterable[Operator], given: Collection[int]
) -> tuple[list[Call], dict[int, int]]:
    """Kernel calls for some operators of a graph, in order, and which tensors are another under a new name.

    ``given`` are the tensors that these operators are given: their bytes belong to somebody else.

    Raises:
        ModelError: shapes or scales that the kernels cannot serve.
    """
    calls: list[Call] = []
    renamed: dict[int, int] = {}
    for operator in operators:
        if operator.kind in RENAMES and _may_rename(graph, operator, renamed, given):
            renamed[operator.output] = operator.inputs[0]
        else:
            calls.extend(LOWERINGS[operator.kind](graph, operator))
    return calls, renamed


def _source(index: int, renamed: Mapping[int, int]) -> int:
    """The tensor whose bytes a tensor is."""
    while index in renamed:
        index = renamed[index]
    return index


def _may_rename(graph: Graph, operator: Operator, renamed: Mapping[int, int], given: Collection[int]) -> bool:
    """False when the bytes must move: what was given or a constant becomes the caller's output."""
    source = graph.tensors[operator.inputs[0]]
    lower_move.check_same_elements(graph, operator)
    index = _source(source.index, renamed)
    outside = index in given or graph.tensors[index].data is not None
    return not (outside and _reaches_output(graph, operator.output))


def _reaches_output(graph: Graph, index: int) -> bool:
    """Whether a tensor is the output, itself or under further names."""
    if index in graph.outputs:
        return True
    followers = [op.output for op in graph.operators if op.kind in RENAMES and op.inputs[0] == index]
    return any(_reaches_output(graph, follower) for follower in followers)
