"""Tensors and operators put into a tree of schema objects, and taken out."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.tflite.flatbuffer import operator_code, schema


def quantised(scale: float, zero_point: int) -> Any:
    """Quantisation of a tensor as a whole."""
    scales, points = np.asarray([scale], np.float32), np.asarray([zero_point], np.int64)
    return schema().QuantizationParametersT(scale=scales, zeroPoint=points)


def add_tensor(graph: Any, shape: tuple[int, ...], kind: int, quantization: Any = None) -> int:
    """Number of a new tensor that is computed."""
    tensor = schema().TensorT(shape=list(shape), type=kind, buffer=0, quantization=copy.deepcopy(quantization))
    graph.tensors.append(tensor)
    return len(graph.tensors) - 1


def add_constant(model: Any, graph: Any, values: NDArray[Any], kind: int) -> int:
    """Number of a new tensor that holds ``values``."""
    number = add_tensor(graph, values.shape, kind)
    model.buffers.append(schema().BufferT(data=np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)))
    graph.tensors[number].buffer = len(model.buffers) - 1
    return number


def make_operator(model: Any, kind: str, inputs: list[int], outputs: list[int], options: Any = None) -> Any:
    """A new operator, with its code in the model's list."""
    s = schema()
    code = getattr(s.BuiltinOperator, kind)
    known = [operator_code(item) for item in model.operatorCodes]
    if code not in known:
        model.operatorCodes.append(s.OperatorCodeT(builtinCode=code, deprecatedBuiltinCode=min(code, 127), version=1))
        known.append(code)
    operator = s.OperatorT(opcodeIndex=known.index(code), inputs=inputs, outputs=outputs)
    if options is not None:
        operator.builtinOptions = options
        operator.builtinOptionsType = getattr(s.BuiltinOptions, type(options).__name__.removesuffix("T"))
    return operator


def drop_unused(graph: Any) -> None:
    """Without tensors that nothing refers to."""
    lists = [graph.inputs, graph.outputs, *(part for op in graph.operators for part in (op.inputs, op.outputs))]
    used = sorted({int(i) for numbers in lists for i in numbers if i >= 0})
    new = {old: number for number, old in enumerate(used)} | {-1: -1}
    graph.tensors = [graph.tensors[i] for i in used]
    graph.inputs, graph.outputs = ([new[int(i)] for i in numbers] for numbers in (graph.inputs, graph.outputs))
    for operator in graph.operators:
        operator.inputs, operator.outputs = ([new[int(i)] for i in n] for n in (operator.inputs, operator.outputs))
