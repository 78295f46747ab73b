"""A model of a window as one of a stream: it is given the newest columns and keeps the rest of its window itself.

ESPHome's micro_wake_word (and pymicro-wakeword) call a model every few frames with those frames alone. So the window
becomes a variable::

    ring [1, T - stride, 40] ─┐
    columns [1, stride, 40] ──┴─ CONCATENATION ─ window [1, T, 40] ─┬─ the model's layers ─ score
                                                                    └─ STRIDED_SLICE, the newest T - stride ─ ring

The layers compute the whole window at each call, with the weights that they have. Before the ring is full it holds
silence, the least feature, which an own subgraph lays down once (PAD of one value: a constant would be the size of the
window). What comes in states ESPHome's scale; a RESHAPE hands the same bytes on under the scale of the model's own
input, which is 1/128 in models of kws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from firmware_tools.errors import ModelError
from firmware_tools.tflite.flatbuffer import load_model, schema
from firmware_tools.tflite.graph import Graph, Tensor, read_tflite
from firmware_tools.tflite.sigmoid_head import sigmoid_model
from firmware_tools.tflite.slim import small_file
from firmware_tools.tflite.streaming_rules import (
    BANDS,
    FEATURE_SCALE,
    FEATURE_ZERO,
    OPERATORS,
    check_streaming,
    input_faults,
)
from firmware_tools.tflite.tree_edit import add_constant, add_tensor, drop_unused, make_operator, quantised

STRIDE_FRAMES = 3
#: Scale and zero point of the input of a model of kws, whatever its features.
OWN_INPUT = (1 / 128, 0)
RING_NAME = "ring"
#: The largest file that kws makes for micro_wake_word, in bytes.
LIMIT_BYTES = 16_384


@dataclass(frozen=True)
class Window:
    """The window that a model sees.

    Attributes:
        frames: how many frames of features it holds.
        rest: the shape of one frame in it: ``(40,)``, ``(1, 40)`` or ``(40, 1)``.
        scale, zero_point: of a feature in it.
    """

    frames: int
    rest: tuple[int, ...]
    scale: float
    zero_point: int

    def shape(self, frames: int) -> tuple[int, ...]:
        """Shape of so many frames."""
        return (1, frames, *self.rest)

    def tensor(self, graph: Any, frames: int) -> int:
        """Number of a new tensor of so many frames."""
        return add_tensor(graph, self.shape(frames), schema().TensorType.INT8, quantised(self.scale, self.zero_point))


def ring_model(tflite: bytes, stride_frames: int = STRIDE_FRAMES, limit_bytes: int | None = LIMIT_BYTES) -> bytes:
    """The model as micro_wake_word runs it: int8 ``[1, stride, 40]`` in, uint8 ``[1, 1]`` out.

    Args:
        tflite: an int8 model of a window ``[1, T, 40]`` of micro_frontend features, with three labels.
        stride_frames: frames that each call brings.
        limit_bytes: the largest file that may come out; None for any.

    Raises:
        ModelError: damaged, a model of another kind, or a result that is too large or that ESPHome would refuse.
    """
    graph = read_tflite(tflite)
    _check_operators(graph)
    window = window_of(graph, stride_frames)
    model = load_model(sigmoid_model(tflite))
    _add_ring(model, window, stride_frames)
    model.subgraphs.append(_silence(model, window, window.frames - stride_frames))
    drop_unused(model.subgraphs[0])
    file = small_file(model)
    check_streaming(file, limit_bytes)
    return file


def window_of(graph: Graph, stride_frames: int) -> Window:
    """The window of a model.

    Raises:
        ModelError: the model's input is none of micro_frontend, or the window is no longer than the stride.
    """
    tensor = graph.input
    _check_input(tensor)
    frames = tensor.shape[1]
    if not 1 <= stride_frames < frames:
        raise ModelError("the window is not longer than the stride", f"{frames} frames, stride {stride_frames}")
    return Window(frames, tensor.shape[2:], tensor.scale, tensor.zero_point)


def _check_input(tensor: Tensor) -> None:
    rest = sorted(tensor.shape[2:])
    if rest not in ([BANDS], [1, BANDS]):
        shown = f"{list(tensor.shape)}"
        remedy = "micro_wake_word has the features of frontend.kind micro_frontend alone: train with those"
        raise ModelError(f"the model's input is not [1, T, {BANDS}]", shown, remedy)
    if (tensor.scale, tensor.zero_point) != OWN_INPUT and input_faults(tensor.scale, tensor.zero_point):
        shown = f"a step is {tensor.scale:.6g} from {tensor.zero_point}"
        remedy = "train it with frontend.kind micro_frontend"
        raise ModelError("the model's input has neither the scale of kws's models nor of ESPHome's", shown, remedy)


def _check_operators(graph: Graph) -> None:
    """The layers stay as they are, so they must be of ESPHome's operators; all but SOFTMAX, which is replaced."""
    for operator in graph.operators[:-1]:
        if operator.kind not in OPERATORS:
            remedy = f"it runs {', '.join(sorted(OPERATORS))}"
            raise ModelError("micro_wake_word lacks an operator", graph.layer_name(operator), remedy)
        if any(i >= 0 and graph.tensors[i].dtype == "INT4" for i in operator.inputs):
            shown = graph.layer_name(operator)
            raise ModelError("micro_wake_word has no weights of 4 bits", shown, "train with model.pointwise_bits: 8")


def _add_ring(model: Any, window: Window, stride: int) -> None:
    """Operators before the layers that make the window, and QUANTIZE after them."""
    s, graph = schema(), model.subgraphs[0]
    whole, kept = int(graph.inputs[0]), window.frames - stride
    columns = add_tensor(graph, (1, stride, BANDS), s.TensorType.INT8, quantised(FEATURE_SCALE, FEATURE_ZERO))
    handle = add_tensor(graph, (), s.TensorType.RESOURCE)
    fresh, old, new = (window.tensor(graph, frames) for frames in (stride, kept, kept))
    shape = window.shape(stride)
    begin, end, ones = [0] * len(shape), window.shape(window.frames), [1] * len(shape)
    begin[1] = stride
    columns_shape, *slices = (_numbers(model, graph, numbers) for numbers in (shape, begin, end, ones))
    score = add_tensor(graph, (1, 1), s.TensorType.UINT8, quantised(1 / 256, 0))
    graph.operators = [
        make_operator(model, "CALL_ONCE", [], [], s.CallOnceOptionsT(initSubgraphIndex=1)),
        _handle(model, handle),
        make_operator(model, "RESHAPE", [columns, columns_shape], [fresh]),
        make_operator(model, "READ_VARIABLE", [handle], [old]),
        make_operator(model, "CONCATENATION", [old, fresh], [whole], s.ConcatenationOptionsT(axis=1)),
        make_operator(model, "STRIDED_SLICE", [whole, *slices], [new], s.StridedSliceOptionsT()),
        make_operator(model, "ASSIGN_VARIABLE", [handle, new], []),
        *graph.operators,
        make_operator(model, "QUANTIZE", [int(graph.outputs[0])], [score]),
    ]
    graph.inputs, graph.outputs = [columns], [score]


def _handle(model: Any, tensor: int) -> Any:
    return make_operator(model, "VAR_HANDLE", [], [tensor], schema().VarHandleOptionsT(sharedName=RING_NAME))


def _silence(model: Any, window: Window, frames: int) -> Any:
    """The subgraph that fills the ring with so many frames of silence; PAD takes the zero point for what it adds."""
    s = schema()
    graph = s.SubGraphT(tensors=[], inputs=[], outputs=[], operators=[])
    shape, least = window.shape(frames), quantised(FEATURE_SCALE, FEATURE_ZERO)
    one = add_constant(model, graph, np.full((1,) * len(shape), FEATURE_ZERO, np.int8), s.TensorType.INT8)
    graph.tensors[one].quantization = least
    after = _numbers(model, graph, [(0, n - 1) for n in shape])
    handle = add_tensor(graph, (), s.TensorType.RESOURCE)
    ring = add_tensor(graph, shape, s.TensorType.INT8, least)
    graph.operators = [
        _handle(model, handle),
        make_operator(model, "PAD", [one, after], [ring], s.PadOptionsT()),
        make_operator(model, "ASSIGN_VARIABLE", [handle, ring], []),
    ]
    return graph


def _numbers(model: Any, graph: Any, numbers: Sequence[object]) -> int:
    return add_constant(model, graph, np.asarray(numbers, np.int32), schema().TensorType.INT32)
