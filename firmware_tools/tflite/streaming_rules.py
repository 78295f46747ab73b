"""What ESPHome's micro_wake_word asks of a model, as rules of our own.

``esphome config`` looks at the manifest and never at the tensors: what is wrong with those is said by the device, at
its first start. The rules are those of ESPHome 2026.6 (``streaming_model.cpp``: operators, shapes, types) and of its
front end; they hold for a file of anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from firmware_tools.errors import ModelError
from firmware_tools.tflite.flatbuffer import load_model, operator_code, operator_names, tensor_types

#: Features of a frame.
BANDS = 40
#: The operators that ESPHome registers; a model with another does not start.
OPERATORS = frozenset(
    {"CALL_ONCE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "RESHAPE", "STRIDED_SLICE", "CONCATENATION"}
    | {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "AVERAGE_POOL_2D", "MAX_POOL_2D", "MEAN", "PAD"}
    | {"ADD", "MUL", "LOGISTIC", "QUANTIZE", "PACK", "SPLIT_V"}
)
SCHEMA_VERSION = 3
MAX_VARIABLES = 20
MAX_STRIDE = 255  # ESPHome counts frames of a call in a byte
#: ESPHome's int8 of a feature is 256/666 of its steps, less 128; pymicro-wakeword, whose unit is 25.6 steps, goes by
#: the scale that a model states. By this one it makes the same bytes; microWakeWord's own models state 26/255.
FEATURE_SCALE, FEATURE_ZERO = 1_665 / 16_384, -128
FEATURE_SCALES = (FEATURE_SCALE, 26 / 255)
SCALE_TOLERANCE = 1e-3
SCORE_SCALE = 1 / 256
TYPES = frozenset({"INT8", "UINT8", "INT32", "INT64", "RESOURCE", "BOOL"})


def check_streaming(tflite: bytes, limit_bytes: int | None = None) -> None:
    """Nothing for a model that micro_wake_word runs.

    Args:
        tflite: the file.
        limit_bytes: the largest size that is allowed; None for any.

    Raises:
        ModelError: it is no .tflite, or breaks a rule; the first is named.
    """
    faults = streaming_faults(tflite, limit_bytes)
    if faults:
        more = f"and {len(faults) - 1} more" if len(faults) > 1 else ""
        raise ModelError(f"micro_wake_word would not run the model: {faults[0]}", None, more)


def streaming_faults(tflite: bytes, limit_bytes: int | None = None) -> list[str]:
    """The rules that a model breaks, a line each; empty when micro_wake_word runs it.

    Raises:
        ModelError: it is no .tflite, or damaged.
    """
    model = load_model(tflite)
    size = len(tflite)
    faults = [f"{size:,} bytes are more than {limit_bytes:,}"] if limit_bytes is not None and size > limit_bytes else []
    if model.version != SCHEMA_VERSION:
        faults.append(f"schema version {model.version} is not {SCHEMA_VERSION}")
    if not model.subgraphs:
        return [*faults, "it holds no graph"]
    try:
        faults += [*_operator_faults(model), *_type_faults(model)]
        return [*faults, *_input_faults(model), *_output_faults(model), *_state_faults(model)]
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise ModelError("the .tflite is damaged", str(error), "export it again") from error


def input_faults(scale: float, zero_point: int) -> list[str]:
    """What is wrong with the quantisation of features."""
    near = any(abs(scale / wanted - 1) < SCALE_TOLERANCE for wanted in FEATURE_SCALES)
    faults = [] if near else [f"a step of the input is {scale:.6g}, of ESPHome's features {FEATURE_SCALES[0]:.5f}"]
    return faults if zero_point == FEATURE_ZERO else [*faults, f"the input's zero point is {zero_point}, not -128"]


def kind_of(model: Any, operator: Any) -> str:
    """An operator's name in the schema."""
    code = operator_code(model.operatorCodes[operator.opcodeIndex])
    return operator_names().get(code, f"operator {code}")


def _operator_faults(model: Any) -> Iterator[str]:
    kinds = sorted({kind_of(model, operator) for graph in model.subgraphs for operator in graph.operators})
    yield from (f"ESPHome does not register the operator {kind}" for kind in kinds if kind not in OPERATORS)


def _type_faults(model: Any) -> Iterator[str]:
    """Each tensor is int8, or what goes with int8."""
    kinds = sorted({_type(tensor) for graph in model.subgraphs for tensor in graph.tensors})
    yield from (f"it has tensors of {kind.lower()}, not full int8" for kind in kinds if kind not in TYPES)


def _input_faults(model: Any) -> Iterator[str]:
    graph = model.subgraphs[0]
    if len(graph.inputs) != 1:
        yield f"it has {len(graph.inputs)} inputs, not one"
        return
    tensor = graph.tensors[graph.inputs[0]]
    shape = _shape(tensor)
    if len(shape) != 3 or shape[0] != 1 or shape[2] != BANDS or not 1 <= shape[1] <= MAX_STRIDE:
        yield f"its input is {shape}, not [1, stride, {BANDS}]"
    if _type(tensor) != "INT8":
        yield f"its input is {_type(tensor).lower()}, not int8"
    else:
        yield from _quantised(tensor, "input") or input_faults(*_scale_and_zero(tensor))


def _output_faults(model: Any) -> Iterator[str]:
    graph = model.subgraphs[0]
    if len(graph.outputs) != 1:
        yield f"it has {len(graph.outputs)} outputs, not one"
        return
    tensor = graph.tensors[graph.outputs[0]]
    if _shape(tensor) != [1, 1]:
        yield f"its output is {_shape(tensor)}, not [1, 1]"
    if _type(tensor) != "UINT8":
        yield f"its output is {_type(tensor).lower()}, not uint8"
    if bare := _quantised(tensor, "output"):
        yield from bare
    elif _scale_and_zero(tensor) != (SCORE_SCALE, 0):
        scale, zero_point = _scale_and_zero(tensor)
        yield f"a step of its output is {scale:.6g} from {zero_point}, not 1/256 from 0"


def _state_faults(model: Any) -> Iterator[str]:
    """Variables are named, at most 20, and each has a value before it is read: from a subgraph that is called once."""
    graph = model.subgraphs[0]
    names = {name for part in model.subgraphs for name in _variables(model, part)}
    if not names:
        yield "it keeps no variables: each call would see its few frames alone"
    if len(names) > MAX_VARIABLES:
        yield f"it keeps {len(names)} variables, ESPHome has room for {MAX_VARIABLES}"
    once = [op.builtinOptions.initSubgraphIndex for op in graph.operators if kind_of(model, op) == "CALL_ONCE"]
    if any(not 1 <= number < len(model.subgraphs) for number in once):
        yield f"CALL_ONCE calls subgraph {once[0]}, and there are {len(model.subgraphs)}"
        return
    begun = {name for number in once for name in _variables(model, model.subgraphs[number])}
    for name in sorted(set(_variables(model, graph)) - begun):
        yield f"nothing fills the variable {name!r} before it is read"


def _variables(model: Any, graph: Any) -> list[str]:
    handles = [op.builtinOptions for op in graph.operators if kind_of(model, op) == "VAR_HANDLE"]
    return [bytes(options.sharedName or b"").decode(errors="replace") for options in handles]


def _quantised(tensor: Any, what: str) -> list[str]:
    """A line for a tensor without one scale and one zero point."""
    quantization = tensor.quantization
    fields = (None, None) if quantization is None else (quantization.scale, quantization.zeroPoint)
    return [] if all(field is not None and len(field) == 1 for field in fields) else [f"its {what} has no scale"]


def _scale_and_zero(tensor: Any) -> tuple[float, int]:
    return float(np.float32(tensor.quantization.scale[0])), int(tensor.quantization.zeroPoint[0])


def _shape(tensor: Any) -> list[int]:
    return [int(n) for n in tensor.shape]


def _type(tensor: Any) -> str:
    return tensor_types().get(int(tensor.type), "?")
