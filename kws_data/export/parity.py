"""One model, four ways to run it: float, LiteRT's int8 reference kernels, TensorFlow Lite Micro, the C engine.

And where int8 and float part: the signal-to-quantisation-noise ratio of what each layer puts out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.host import HostEngine
from firmware_tools.tflite import tflm
from firmware_tools.tflite.graph import read_tflite
from kws_data.scores import probabilities, right

if TYPE_CHECKING:
    import keras

Scores = NDArray[np.float64]
LAYER_CLIPS = 64


def parity_table(model: keras.Model, tflite: bytes, x: NDArray[np.int8], y: NDArray[Any]) -> list[dict[str, Any]]:
    """Each engine against TFLM (the C engine where its wheel is missing).

    Args:
        model: the float model that was converted.
        tflite: its int8 file.
        x: features int8 [clips, frames, features].
        y: true labels.

    Returns:
        One row an engine: ``engine``, ``accuracy``, ``same_label`` (share of clips with the same largest score as the
        judge), ``largest_difference`` (of any score, in probability), ``same_bytes``.
    """
    from kws_data.models.float_model import float_scores

    inputs = np.ascontiguousarray(x)[:, :, np.newaxis, :]
    found: dict[str, Scores] = {"float": float_scores(model, x).astype(np.float64)}
    found["int8 reference (LiteRT)"] = probabilities(litert_scores(tflite, inputs))
    if tflm.available():
        found["TFLM"] = probabilities(tflm.TflmInterpreter(tflite)(inputs))
    found["C engine"] = probabilities(HostEngine(tflite)(inputs))
    judge = found.get("TFLM", found["C engine"])
    return [_row(name, scores, judge, y) for name, scores in found.items()]


def _row(name: str, scores: Scores, judge: Scores, y: NDArray[Any]) -> dict[str, Any]:
    label = scores.argmax(axis=1)
    return {
        "engine": name,
        "accuracy": round(float(right(scores, y).mean()), 5),
        "same_label": round(float((label == judge.argmax(axis=1)).mean()), 5),
        "largest_difference": round(float(np.abs(scores - judge).max()), 5),
        "same_bytes": bool(np.array_equal(scores, judge)),
    }


def litert_scores(tflite: bytes, inputs: NDArray[np.int8]) -> NDArray[np.int8]:
    """Scores by LiteRT's reference kernels."""
    interpreter = _litert(tflite, keep=False)
    given, made = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    rows = []
    for clip in inputs:
        interpreter.set_tensor(given, clip[np.newaxis])
        interpreter.invoke()
        rows.append(interpreter.get_tensor(made)[0])
    return np.stack(rows)


def layer_errors(model: keras.Model, tflite: bytes, x: NDArray[np.int8]) -> list[dict[str, Any]]:
    """How far each layer's int8 output is from the float model's, in the order of the layers.

    Returns:
        ``layer`` and ``sqnr_db``: 10 log10 of the power of the float output over that of the difference. An error
        that comes in from earlier layers counts as well. Empty when the two files do not have the same operators.
    """
    from kws_data.export.quantize import convert_float

    exact = convert_float(model)
    kinds, names = _operators(tflite), [op.kind for op in _graph(tflite).operators]
    wanted = _operators(exact)
    if [kind for kind, _ in kinds] != [kind for kind, _ in wanted]:
        return []
    graph = _graph(tflite)
    inputs = np.ascontiguousarray(x[:LAYER_CLIPS])[:, :, np.newaxis, :]
    signal, noise = np.zeros(len(names)), np.zeros(len(names))
    rounded, floating = _litert(tflite, keep=True), _litert(exact, keep=True)
    for clip in inputs:
        int8_outputs = _outputs(rounded, clip[np.newaxis], [output for _, output in kinds])
        float_outputs = _outputs(floating, clip[np.newaxis] / np.float32(128), [output for _, output in wanted])
        for i, (operator, q, f) in enumerate(zip(graph.operators, int8_outputs, float_outputs, strict=True)):
            tensor = graph.tensors[operator.output]
            value = (q.astype(np.float64) - tensor.zero_point) * tensor.scale
            signal[i] += np.square(f, dtype=np.float64).sum()
            noise[i] += np.square(value - f.reshape(value.shape)).sum()
    ratios = 10 * np.log10(np.maximum(signal, 1e-30) / np.maximum(noise, 1e-30))
    return [
        {"layer": graph.layer_name(op), "sqnr_db": round(float(db), 2)}
        for op, db in zip(graph.operators, ratios, strict=True)
    ]


def _graph(tflite: bytes) -> Any:
    return read_tflite(tflite)


def _operators(tflite: bytes) -> list[tuple[str, int]]:
    """Kind and output tensor of each operator."""
    from firmware_tools.tflite.flatbuffer import load_model, operator_code, operator_names

    model = load_model(tflite)
    names = operator_names()
    return [
        (names[operator_code(model.operatorCodes[op.opcodeIndex])], int(op.outputs[0]))
        for op in model.subgraphs[0].operators
    ]


def _outputs(interpreter: Any, inputs: NDArray[Any], tensors: list[int]) -> list[NDArray[Any]]:
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], inputs)
    interpreter.invoke()
    return [interpreter.get_tensor(index) for index in tensors]


def _litert(tflite: bytes, *, keep: bool) -> Any:
    """LiteRT with its reference kernels; with ``keep`` every tensor can be read afterwards."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=tflite,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=keep,
    )
    interpreter.allocate_tensors()
    return interpreter
