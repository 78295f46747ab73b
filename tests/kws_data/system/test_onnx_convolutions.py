"""Convolutions of whole numbers as products: the same numbers."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kws_data.errors import ConfigError
from kws_data.system import onnx_convolutions
from kws_data.system.onnx import OnnxModel
from kws_data.system.onnx_convolutions import faster_convolutions, products_are_exact
from tests.parts.onnx_file import Attribute, model, node

pytest.importorskip("onnxruntime")

UINT8, INT32 = 2, 6


def convolution(weights: NDArray[Any], zero: int, inputs: int = 4, opset: int = 17, **attributes: Attribute) -> bytes:
    names = ["x", "w", "xz", "wz"][:inputs]
    return model(
        [node("ConvInteger", names, ["y"], **attributes)],
        {"x": (UINT8, [1, weights.shape[1], "time"]), "xz": (UINT8, [])},
        {"y": (INT32, [1, weights.shape[0], "new"])},
        {"w": weights, "wz": np.asarray(zero, weights.dtype)},
        opset=opset,
    )


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine that multiplies bytes without loss, whatever this one is; small numbers lose nothing anywhere."""
    monkeypatch.setattr(onnx_convolutions, "products_are_exact", lambda: True)


def ran(data: bytes, sound: NDArray[np.uint8], zero: int) -> NDArray[Any]:
    return OnnxModel(data)({"x": sound, "xz": np.asarray(zero, np.uint8)})[0]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    outputs=st.integers(1, 9),
    channels=st.integers(1, 9),
    kernel=st.integers(1, 5),
    dilation=st.integers(1, 3),
    pads=st.tuples(st.integers(0, 6), st.integers(0, 6)),
    signed=st.booleans(),
)
def test_the_same_numbers(
    seed: int, outputs: int, channels: int, kernel: int, dilation: int, pads: tuple[int, int], signed: bool
) -> None:
    if not products_are_exact():
        pytest.skip("this machine multiplies bytes with loss")
    rng = np.random.default_rng(seed)
    low, high, kind = (-128, 128, np.int8) if signed else (0, 256, np.uint8)
    weights = rng.integers(low, high, (outputs, channels, kernel)).astype(kind)
    written = convolution(
        weights, int(rng.integers(low, high)), dilations=[dilation], pads=list(pads), auto_pad="NOTSET"
    )
    sound = rng.integers(0, 256, (1, channels, int(rng.integers(13, 40)))).astype(np.uint8)
    zero = int(rng.integers(0, 256))
    edited = faster_convolutions(written, "small")
    assert b"MatMulInteger" in edited
    assert b"ConvInteger" not in edited
    assert np.array_equal(ran(edited, sound, zero), ran(written, sound, zero))


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize(
    ("weights", "attributes"),
    [
        pytest.param(np.ones((2, 2, 3), np.uint8), {"strides": [2]}, id="steps over two"),
        pytest.param(np.ones((2, 1, 3), np.uint8), {"group": 2}, id="groups"),
        pytest.param(np.ones((2, 2, 3), np.uint8), {"auto_pad": "SAME_UPPER"}, id="pads by itself"),
        pytest.param(np.ones((2, 2, 3, 3), np.uint8), {}, id="pictures"),
        pytest.param(np.ones((2, 2, 3), np.uint8), {"inputs": 2}, id="no zero point"),
        pytest.param(np.ones((2, 2, 3), np.uint8), {"opset": 12}, id="of old operators"),
    ],
)
def test_other_convolutions_stay(weights: NDArray[np.uint8], attributes: dict[str, Any]) -> None:
    written = convolution(weights, 3, **attributes)
    assert faster_convolutions(written, "other") == written


def test_where_products_lose_bits_all_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_convolutions, "products_are_exact", lambda: False)
    written = convolution(np.ones((2, 2, 3), np.uint8), 3)
    assert faster_convolutions(written, "other") == written


@pytest.mark.usefixtures("exact")
def test_pads_that_are_none() -> None:
    with pytest.raises(ConfigError, match="not an ONNX model: 'odd'"):
        faster_convolutions(convolution(np.ones((2, 2, 3), np.uint8), 3, pads=[1]), "odd")


@pytest.mark.usefixtures("exact")
def test_a_name_in_use() -> None:
    written = model(
        [node("ConvInteger", ["x", "w", "xz", "wz"], ["kws_conv0_"]), node("Neg", ["kws_conv0_"], ["y"])],
        {"x": (UINT8, [1, 2, "time"]), "xz": (UINT8, [])},
        {"y": (INT32, [1, 2, "new"])},
        {"w": np.full((2, 2, 3), 5, np.uint8), "wz": np.asarray(3, np.uint8)},
    )
    sound = np.arange(20, dtype=np.uint8).reshape(1, 2, 10)
    assert np.array_equal(ran(faster_convolutions(written, "named"), sound, 7), ran(written, sound, 7))


@pytest.mark.usefixtures("exact")
@given(st.binary(max_size=100), st.binary(max_size=100))
def test_any_bytes(before: bytes, after: bytes) -> None:
    with contextlib.suppress(ConfigError):
        faster_convolutions(before + b"ConvInteger" + after, "any")


@pytest.mark.usefixtures("exact")
@settings(max_examples=300)
@given(st.integers(0, 400), st.integers(0, 255))
def test_a_damaged_model_is_refused_or_still_one(place: int, byte: int) -> None:
    written = bytearray(convolution(np.ones((2, 2, 3), np.uint8), 3, pads=[1, 1], dilations=[1]))
    written[place % len(written)] = byte
    with contextlib.suppress(ConfigError):
        faster_convolutions(bytes(written), "damaged")
