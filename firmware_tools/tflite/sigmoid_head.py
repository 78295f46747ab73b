"""One probability instead of three: a dense layer of one row and LOGISTIC where a model ends in SOFTMAX.

A detector of one keyword has three labels, ``_silence_``, ``_unknown_`` and the keyword. Where the rows of the first
two are equal, softmax says the same of the keyword as a sigmoid of a difference::

    p = exp(k) / (exp(k) + exp(s) + exp(u)) = sigmoid(k - o),   exp(o) = exp(s) + exp(u)

with o the row that both share and a bias of log(exp(s's) + exp(u's)): equal biases are raised by ln 2. Where that
layer is given one value by another dense layer (a model with ``one_score``), the two become one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from firmware_tools.tflite.flatbuffer import load_model, schema
from firmware_tools.tflite.graph import Graph, Operator, Tensor, read_tflite
from firmware_tools.tflite.slim import small_file
from firmware_tools.tflite.tree_edit import add_constant, add_tensor, drop_unused, make_operator, quantised

LABELS, KEYWORD = 3, 2
#: A step of the logit. All int8 steps span -6.4 to 6.35: beyond, the score is 0/256 or 255/256 whatever the logit.
LOGIT_SCALE = 0.05
LARGEST, FINE_COPIES = 127, 4
_REMEDY = "train it with frontend.kind micro_frontend and one keyword"


@dataclass(frozen=True)
class SigmoidRow:
    """A dense layer of one row.

    Attributes:
        weights: int8 ``[copies, channels]``: a weight is the sum over the copies of the layer's input.
        weight_scale: of a step of the weights.
        bias: in real numbers.
        inputs: the tensor that the layer is given.
    """

    weights: NDArray[np.int8]
    weight_scale: float
    bias: float
    inputs: Tensor

    @property
    def bias_steps(self) -> int:
        """The bias as int32, in steps of the input's scale times ``weight_scale``."""
        limits = np.iinfo(np.int32)
        return int(np.clip(np.rint(self.bias / (self.inputs.scale * self.weight_scale)), limits.min, limits.max))


def sigmoid_model(tflite: bytes) -> bytes:
    """The same model with one int8 score, the keyword's, by LOGISTIC; all layers before the last two as they are.

    Raises:
        ModelError: damaged, or its last layers are not a dense layer of three rows, the first two equal, and SOFTMAX.
    """
    graph = read_tflite(tflite)
    dense = _dense_before_softmax(graph)
    row = sigmoid_row(graph, dense)
    model = load_model(tflite)
    subgraph = model.subgraphs[0]
    if row.inputs.index != dense.inputs[0]:
        del subgraph.operators[-3]
    _replace_dense(model, row)
    _replace_softmax(model, subgraph)
    drop_unused(subgraph)
    return small_file(model)


def _dense_before_softmax(graph: Graph) -> Operator:
    kinds = [operator.kind for operator in graph.operators[-2:]]
    if kinds != ["FULLY_CONNECTED", "SOFTMAX"]:
        what = "the model does not end in a dense layer and SOFTMAX"
        raise ModelError(what, ", ".join(kinds).lower(), _REMEDY)
    dense, softmax = graph.operators[-2:]
    weights = graph.tensors[dense.inputs[1]]
    if weights.dtype != "INT8":
        raise ModelError("the last layer has weights of 4 bits", graph.layer_name(dense), "model.pointwise_bits: 8")
    if weights.shape[0] != LABELS:
        raise ModelError("a micro_wake_word model hears one keyword, of 3 labels; this has", weights.shape[0], _REMEDY)
    if softmax.inputs[0] != dense.output or graph.outputs != softmax.outputs:
        raise ModelError("the model's scores are not those of its last dense layer", None, _REMEDY)
    if float(softmax.options["beta"]) != 1.0 or dense.options.get("fusedActivationFunction", 0):
        raise ModelError("the last layers have an activation, or a SOFTMAX with beta", None, _REMEDY)
    return dense


def sigmoid_row(graph: Graph, dense: Operator) -> SigmoidRow:
    """The row whose sigmoid is the keyword's share of softmax.

    It is exact where the other rows are zero, or all have one scale; else it is rounded to 1/508 of the largest weight.
    What does not fit int8 is spread over copies of the layer's input.

    Args:
        graph: the model.
        dense: its last layer, of three rows.

    Raises:
        ModelError: the rows of ``_silence_`` and ``_unknown_`` differ.
    """
    tensor, inputs = graph.tensors[dense.inputs[1]], graph.tensors[dense.inputs[0]]
    assert tensor.data is not None
    rows = tensor.data.reshape(LABELS, -1).astype(np.int32)
    scales = np.broadcast_to(tensor.scales.astype(np.float64), LABELS)
    real = rows * scales[:, np.newaxis]
    if not np.array_equal(real[0], real[1]):
        worst = float(np.abs(real[0] - real[1]).max())
        what = "the rows of _silence_ and _unknown_ in the last layer differ, so that softmax is no sigmoid; by up to"
        raise ModelError(what, worst, _REMEDY)
    weights, scale = _difference(rows, scales)
    silence, unknown, keyword = _biases(graph, dense) * scales * inputs.scale
    row = SigmoidRow(weights, scale, float(keyword - np.logaddexp(silence, unknown)), inputs)
    score = _score_layer(graph, dense)
    return row if score is None else _joined(graph, score, row)


def _score_layer(graph: Graph, dense: Operator) -> Operator | None:
    """The dense layer of one row from which the last one has its only value, if it is that way."""
    before = graph.operators[-3] if len(graph.operators) > 2 else None
    if before is None or before.kind != "FULLY_CONNECTED" or before.outputs != dense.inputs[:1]:
        return None
    weights = graph.tensors[before.inputs[1]]
    one = weights.dtype == "INT8" and weights.shape[0] == 1 and not before.options.get("fusedActivationFunction", 0)
    return before if one else None


def _joined(graph: Graph, score: Operator, row: SigmoidRow) -> SigmoidRow:
    """One row for two layers: the first's weights, and scale and bias as the second changes them."""
    inputs, weights = graph.tensors[score.inputs[0]], graph.tensors[score.inputs[1]]
    assert weights.data is not None
    factor = int(row.weights.sum(dtype=np.int32)) * row.weight_scale
    bias = float(_biases(graph, score)[0]) * weights.scale * inputs.scale
    rows = np.clip(weights.data.reshape(1, -1), -LARGEST, LARGEST) * (1 if factor >= 0 else -1)
    return SigmoidRow(rows.astype(np.int8), weights.scale * abs(factor), factor * bias + row.bias, inputs)


def _difference(rows: NDArray[np.int32], scales: NDArray[np.float64]) -> tuple[NDArray[np.int8], float]:
    """Keyword's row less the others' as int8 ``[copies, channels]``, and its scale."""
    other, keyword = rows[0], rows[KEYWORD]
    if not other.any() or scales[0] == scales[KEYWORD]:
        steps, scale = keyword - other, float(scales[KEYWORD])
        copies = int(np.ceil(max(1, np.abs(steps).max()) / LARGEST))
    else:
        real, copies = keyword * scales[KEYWORD] - other * scales[0], FINE_COPIES
        scale = float(np.float32(max(np.abs(real).max(), 1e-9) / (copies * LARGEST)))
        steps = np.rint(real / scale).astype(np.int32)
    parts = [(steps + number) // copies for number in range(copies)]
    return np.clip(np.stack(parts), -LARGEST, LARGEST).astype(np.int8), scale


def _biases(graph: Graph, dense: Operator) -> NDArray[np.float64]:
    """Of each row, in steps."""
    bias: Tensor | None = None
    if len(dense.inputs) > 2 and dense.inputs[2] >= 0:
        bias = graph.tensors[dense.inputs[2]]
    if bias is None or bias.data is None:
        return np.zeros(graph.tensors[dense.inputs[1]].shape[0])
    return bias.data.reshape(-1).astype(np.float64)


def _replace_dense(model: Any, row: SigmoidRow) -> None:
    """The dense layer gets constants of its own: others may share the old ones."""
    graph, types, inputs = model.subgraphs[0], schema().TensorType, row.inputs
    dense, copies = graph.operators[-2], len(row.weights)
    values = list(row.weights.reshape(copies, *inputs.shape))
    weights = add_constant(model, graph, np.concatenate(values, -1).reshape(1, -1), types.INT8)
    graph.tensors[weights].quantization = quantised(row.weight_scale, 0)
    bias = add_constant(model, graph, np.asarray([row.bias_steps], np.int32), types.INT32)
    graph.tensors[bias].quantization = quantised(inputs.scale * row.weight_scale, 0)
    logit = add_tensor(graph, (1, 1), types.INT8, quantised(LOGIT_SCALE, 0))
    source = inputs.index
    if copies > 1:
        graph.operators.insert(-2, _copied(model, inputs, copies))
        source = int(graph.operators[-3].outputs[0])
    dense.inputs, dense.outputs = [source, weights, bias], [logit]


def _copied(model: Any, inputs: Tensor, copies: int) -> Any:
    """CONCATENATION of a tensor with itself."""
    s, graph = schema(), model.subgraphs[0]
    shape = (*inputs.shape[:-1], copies * inputs.shape[-1])
    wide = add_tensor(graph, shape, s.TensorType.INT8, quantised(inputs.scale, inputs.zero_point))
    options = s.ConcatenationOptionsT(axis=len(shape) - 1)
    return make_operator(model, "CONCATENATION", [inputs.index] * copies, [wide], options)


def _replace_softmax(model: Any, graph: Any) -> None:
    """LOGISTIC has one scale for what it gives, as SOFTMAX has: a 256th, from -128."""
    score = add_tensor(graph, (1, 1), schema().TensorType.INT8, quantised(1 / 256, -128))
    graph.operators[-1] = make_operator(model, "LOGISTIC", list(graph.operators[-2].outputs), [score])
    graph.outputs = [score]
