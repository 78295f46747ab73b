"""What is wrong with a .tflite of another maker, as a whole: said in its owner's words, before details are looked at.

A streaming model, float weights or uint8 ends break a hundred small rules of :mod:`firmware_tools.tflite.graph`; which
of them is met first tells its owner nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from firmware_tools.errors import ModelError, UnsupportedOperatorError
from firmware_tools.tflite.flatbuffer import operator_code, operator_names, tensor_types

WEIGHTED = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"})
VARIABLES = frozenset({"VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"})
RECURRENT = frozenset({"SVDF", "LSTM", "RNN", "UNIDIRECTIONAL_SEQUENCE_LSTM", "UNIDIRECTIONAL_SEQUENCE_RNN"})
FULL_INT8 = (
    "convert it to full int8: a representative_dataset, supported_ops TFLITE_BUILTINS_INT8, "
    "inference_input_type and inference_output_type tf.int8"
)
FEED_FORWARD = "export a feed-forward int8 model without state, or train one with kws run"


def refuse_foreign(model: Any) -> None:
    """Nothing for a model that may be one for the engine.

    Args:
        model: the tree of :func:`firmware_tools.tflite.flatbuffer.load_model`.

    Raises:
        UnsupportedOperatorError: operators that no microcontroller runs.
        ModelError: a construction that the engine does not have; says which, and how to export instead.
        AttributeError, IndexError, TypeError: damaged.
    """
    if not model.subgraphs:
        raise ModelError("the .tflite is damaged: it holds no graph", None, "export it again")
    _refuse_foreign_operators(model)
    _refuse_state(model)
    if len(model.subgraphs) > 1:
        names = ", ".join(_text(graph.name) or "?" for graph in model.subgraphs[:4])
        remedy = "export one signature, without loops and conditions (unroll=True for recurrent layers)"
        raise ModelError(f"the model has {len(model.subgraphs)} subgraphs, a model for a board has one", names, remedy)
    _refuse_types(model)


def _text(name: Any) -> str:
    return name.decode(errors="replace") if isinstance(name, bytes) else str(name or "")


def _kinds(model: Any) -> set[str]:
    """Kinds of all operators of all subgraphs."""
    return {_kind(model, operator) for graph in model.subgraphs for operator in graph.operators}


def _kind(model: Any, operator: Any) -> str:
    code = operator_code(model.operatorCodes[operator.opcodeIndex])
    return operator_names().get(code, f"operator {code}")


def _refuse_foreign_operators(model: Any) -> None:
    for name in sorted({_text(code.customCode) for code in model.operatorCodes}):
        if name.startswith("Flex"):
            remedy = "convert it with TFLITE_BUILTINS_INT8 alone, without SELECT_TF_OPS"
            raise UnsupportedOperatorError("the model needs TensorFlow itself (a Flex operator)", name, remedy)
        if name == "edgetpu-custom-op":
            remedy = "give the file that edgetpu_compiler was given"
            raise UnsupportedOperatorError("the model is compiled for an Edge TPU", name, remedy)


def _refuse_state(model: Any) -> None:
    """Streaming models keep what they heard in variables; the engine's own streaming needs no such graph."""
    kinds = _kinds(model)
    graph = model.subgraphs[0]
    if kinds & VARIABLES:
        shown = f"{_ends(graph, graph.inputs)} to {_ends(graph, graph.outputs)}"
        remedy = f"it runs in ESPHome and microWakeWord; kws cannot run or measure it: {FEED_FORWARD}"
        what = "a streaming model that keeps its state in variables, as microWakeWord exports them"
        raise ModelError(what, shown, remedy)
    if kinds & RECURRENT or any(tensor.isVariable for tensor in graph.tensors):
        shown = ", ".join(sorted(kinds & RECURRENT)) or "variable tensors"
        raise ModelError("the model keeps state from one call to the next", shown, FEED_FORWARD)


def _ends(graph: Any, indices: Iterable[int]) -> str:
    tensors = [graph.tensors[int(i)] for i in indices if int(i) >= 0]
    return ", ".join(f"{_type(t).lower()} {[int(n) for n in t.shape]}" for t in tensors) or "nothing"


def _type(tensor: Any) -> str:
    return tensor_types().get(int(tensor.type), "?")


def _refuse_types(model: Any) -> None:
    """Float, half, dynamic-range, 16-bit and uint8 models, by their weights, what flows, and their two ends."""
    graph = model.subgraphs[0]
    flowing = {_type(tensor) for tensor in _flowing(graph)}
    weights = {_type(tensor) for tensor in _weights(model, graph)}
    ends = {_type(graph.tensors[int(i)]) for i in (*graph.inputs, *graph.outputs)}
    found = _described(flowing, weights, ends)
    if found:
        raise ModelError("the model is not full int8", found, FULL_INT8)


def _described(flowing: set[str], weights: set[str], ends: set[str]) -> str:
    """What kind of quantisation it is; empty for full int8, or for what only its details can tell."""
    if "INT16" in flowing:
        return "16-bit activations (16x8)"
    if "INT8" in flowing and ends - {"INT8"}:
        return f"int8 inside, but {' and '.join(sorted(ends - {'INT8'})).lower()} at its input or output"
    if "UINT8" in flowing:
        return "uint8, the quantisation of TensorFlow 1"
    if "FLOAT16" in weights:
        return "weights of float16"
    if "FLOAT32" in flowing and weights & {"INT8", "INT4"}:
        return "int8 weights, but float32 activations (dynamic range)"
    return "float32 throughout" if "FLOAT32" in flowing else ""


def _flowing(graph: Any) -> list[Any]:
    """The tensors that operators write, and the inputs."""
    written = {int(i) for operator in graph.operators for i in operator.outputs}
    return [graph.tensors[i] for i in sorted(written | {int(i) for i in graph.inputs}) if i >= 0]


def _weights(model: Any, graph: Any) -> list[Any]:
    """Second inputs of weighted operators, and what is widened before it gets there (weights of float16)."""
    kinds = [(_kind(model, operator), operator.inputs) for operator in graph.operators]
    found = [inputs[1] for kind, inputs in kinds if kind in WEIGHTED and len(inputs) > 1]
    found += [inputs[0] for kind, inputs in kinds if kind == "DEQUANTIZE" and len(inputs)]
    return [graph.tensors[int(index)] for index in found]
