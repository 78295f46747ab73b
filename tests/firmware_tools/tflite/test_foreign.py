"""Models of other makers: each is refused as what it is, with the way to one that the engine runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from synthetic_models import Handle, ModelBuilder, keyword_model

from firmware_tools.errors import ModelError, UnsupportedOperatorError
from firmware_tools.tflite.flatbuffer import load_model, model_bytes, schema
from firmware_tools.tflite.graph import read_tflite

SMALL = keyword_model(frames=9, features=4, channels=4, blocks=1, kernel=3, labels=3)


def changed(change: Callable[[Any], None], tflite: bytes = SMALL) -> bytes:
    """The model after a change to its tree."""
    model = load_model(tflite)
    change(model)
    return model_bytes(model)


def streaming(operator: str) -> bytes:
    """Two subgraphs and an operator on variables, as the converter writes a stateful model."""

    def change(model: Any) -> None:
        code = getattr(schema().BuiltinOperator, operator)
        model.operatorCodes.append(schema().OperatorCodeT(builtinCode=code, deprecatedBuiltinCode=127))
        model.subgraphs[0].operators.insert(0, schema().OperatorT(opcodeIndex=len(model.operatorCodes) - 1))
        model.subgraphs.append(schema().SubGraphT(tensors=[], operators=[], inputs=[], outputs=[], name="NoOp"))

    return changed(change)


def dense(flows: str, weights: str, ends: str = "") -> bytes:
    """A dense layer on tensors of these types; with ``ends``, QUANTIZE and DEQUANTIZE around it."""
    build = ModelBuilder()
    stored = {"int8": np.int8, "float32": np.float32, "float16": np.float16, "uint8": np.uint8, "int16": np.int16}

    def tensor(shape: tuple[int, ...], dtype: str) -> Handle:
        return build.tensor(shape, dtype, None if "float" in dtype else 0.05)

    w = build.tensor(
        (3, 4), weights, None if "float" in weights else 0.05, data=np.ones((3, 4)).astype(stored[weights])
    )
    given = x = tensor((1, 4), ends or flows)
    if ends:
        x = tensor((1, 4), flows)
        build.operator("QUANTIZE", [given.index], [x], None)
    y = tensor((1, 3), flows)
    build.operator("FULLY_CONNECTED", [x.index, w.index], [y], build.dense_options(), 4)
    made = y
    if ends:
        made = tensor((1, 3), ends)
        build.operator("DEQUANTIZE", [y.index], [made], None)
    return build.finish(made, inputs=[given])


@pytest.mark.parametrize("operator", ["VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"])
def test_streaming_models(operator: str) -> None:
    expected = r"streaming model.*microWakeWord.*int8 \[1, 9, 1, 4\] to int8 \[1, 3\].*ESPHome.*kws run"
    with pytest.raises(ModelError, match=expected):
        read_tflite(streaming(operator))


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (dense("float32", "float32"), "float32 throughout"),
        (dense("float32", "float16"), "weights of float16"),
        (dense("float32", "int8"), "dynamic range"),
        (dense("int16", "int8"), "16-bit activations"),
        (dense("uint8", "uint8"), "uint8, the quantisation of TensorFlow 1"),
        (dense("int8", "int8", "float32"), "int8 inside, but float32 at its input or output"),
        (dense("int8", "int8", "uint8"), "int8 inside, but uint8 at its input or output"),
        (dense("int16", "int8", "float32"), "16-bit activations"),
    ],
    ids=["float", "float16", "dynamic range", "16x8", "uint8", "float ends", "uint8 ends", "16x8 float ends"],
)
def test_other_quantisations(model: bytes, expected: str) -> None:
    with pytest.raises(ModelError, match=f"not full int8.*{expected}.*representative_dataset"):
        read_tflite(model)


def test_weights_of_float16_as_the_converter_writes_them() -> None:
    """Stored in 16 bits, and widened by a DEQUANTIZE before the layer reads them."""
    build = ModelBuilder()
    stored = build.tensor((3, 4), "float16", data=np.ones((3, 4), np.float16))
    x, wide, y = (build.tensor(shape, "float32") for shape in ((1, 4), (3, 4), (1, 3)))
    build.operator("DEQUANTIZE", [stored.index], [wide])
    build.operator("FULLY_CONNECTED", [x.index, wide.index], [y], build.dense_options(), 4)
    with pytest.raises(ModelError, match="weights of float16"):
        read_tflite(build.finish(y, inputs=[x]))


def test_loops_and_several_signatures() -> None:
    def change(model: Any) -> None:
        model.subgraphs.append(schema().SubGraphT(tensors=[], operators=[], inputs=[], outputs=[], name="while_body"))

    with pytest.raises(ModelError, match=r"2 subgraphs.*main, while_body.*unroll"):
        read_tflite(changed(change))


def test_state_in_operators_and_tensors() -> None:
    def recurrent(model: Any) -> None:
        model.operatorCodes[0].builtinCode = schema().BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM

    def variable(model: Any) -> None:
        model.subgraphs[0].tensors[0].isVariable = True

    with pytest.raises(ModelError, match=r"keeps state.*UNIDIRECTIONAL_SEQUENCE_LSTM.*feed-forward"):
        read_tflite(changed(recurrent))
    with pytest.raises(ModelError, match=r"keeps state.*variable tensors"):
        read_tflite(changed(variable))


@pytest.mark.parametrize(
    ("name", "expected"), [("FlexErf", "TensorFlow itself.*FlexErf"), ("edgetpu-custom-op", "Edge TPU")]
)
def test_operators_of_other_machines(name: str, expected: str) -> None:
    def custom(model: Any) -> None:
        model.operatorCodes[0].customCode = name

    with pytest.raises(UnsupportedOperatorError, match=expected):
        read_tflite(changed(custom))


def test_metadata_and_several_signatures_of_one_graph_are_no_hindrance() -> None:
    def change(model: Any) -> None:
        s = schema()
        model.buffers.append(s.BufferT(data=np.frombuffer(b"anything", np.uint8)))
        model.metadata = [s.MetadataT(name="TFLITE_METADATA", buffer=len(model.buffers) - 1)]
        ends = [s.TensorMapT(name="x", tensorIndex=0)]
        model.signatureDefs = [
            s.SignatureDefT(inputs=ends, outputs=ends, signatureKey=key, subgraphIndex=0) for key in ("a", "b")
        ]

    assert len(read_tflite(changed(change)).operators) == len(read_tflite(SMALL).operators)
    assert read_tflite(SMALL + b"PK\x03\x04 labels.txt").output.shape == (1, 3)
