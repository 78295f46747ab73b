"""Reading .tflite files that are fine, foreign, unsupported, or damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from synthetic_models import ModelBuilder, keyword_model

from firmware_tools.engine.emit import emit_c
from firmware_tools.engine.lower import lower
from firmware_tools.errors import ModelError, UnsupportedOperatorError
from firmware_tools.tflite.graph import read_tflite

SMALL = keyword_model(frames=9, features=4, channels=4, blocks=1, kernel=3, labels=3)


def test_counts_of_the_keyword_model() -> None:
    graph = read_tflite(keyword_model(channels=28, blocks=5, kernel=9))
    assert graph.parameters == 28 * 121 + 5 * (28 * 10 + 28 * 29) + 11 * 29
    assert graph.total_macs == 25 * (28 * 120 + 5 * (28 * 9 + 28 * 28)) + 11 * 28
    assert graph.macs(graph.operators[0]) == 25 * 28 * 120
    assert graph.layer_name(graph.operators[1]) == "1 depthwise_conv_2d 1x9x1x28"
    assert graph.input.shape == (1, 49, 1, 40)
    assert (graph.input.scale, graph.input.zero_point) == (1 / 128, 0)


def test_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot read the model: '.*gone\.tflite'"):
        read_tflite(tmp_path / "gone.tflite")


@pytest.mark.parametrize(
    "data", [b"", b"RIFF" + bytes(100), b"\x10\0\0\0TFL3" + bytes(40), b"\xff\xff\xff\x7fTFL3" + bytes(40)]
)
def test_foreign_files(data: bytes) -> None:
    with pytest.raises(ModelError):
        read_tflite(data)


def test_unsupported_operator_is_named_with_its_layer() -> None:
    build = ModelBuilder()
    x = build.input((1, 4, 1, 4))
    x = build.relu(x)
    y = build.activation(x.shape, 0.1, 0)
    build.operator("HARD_SWISH", [x.index], [y])
    with pytest.raises(UnsupportedOperatorError, match=r"lacks an operator \(layer 1\): 'HARD_SWISH'.*CONV_2D"):
        read_tflite(build.finish(y))


def test_float_model_is_refused() -> None:
    build = ModelBuilder()
    x = build.tensor((1, 4), "float32")
    y = build.tensor((1, 4), "float32")
    build.operator("RELU", [x.index], [y])
    with pytest.raises(ModelError, match="int8"):
        read_tflite(build.finish(y, inputs=[x]))


def test_shapes_that_do_not_agree_are_refused() -> None:
    build = ModelBuilder()
    x = build.input((1, 8, 1, 4))
    w = build.tensor((6, 1, 1, 5), "int8", np.full(6, 0.1, np.float32), 0, np.ones((6, 1, 1, 5), np.int8))
    y = build.activation((1, 8, 1, 6), 0.1)
    build.operator("CONV_2D", [x.index, w.index], [y], build.convolution_options())
    with pytest.raises(ModelError, match="weights that do not fit"):
        lower(read_tflite(build.finish(y)))


def test_sums_that_overflow_are_refused() -> None:
    build = ModelBuilder()
    x = build.input((1, 1, 1, 4))
    w = build.tensor((1, 1, 1, 4), "int8", np.full(1, 0.1, np.float32), 0, np.full((1, 1, 1, 4), 127, np.int8))
    b = build.tensor((1,), "int32", None, 0, np.asarray([(1 << 31) - 1], np.int32))
    y = build.activation((1, 1, 1, 1), 0.1)
    build.operator("CONV_2D", [x.index, w.index, b.index], [y], build.convolution_options())
    with pytest.raises(ModelError, match="overflow"):
        lower(read_tflite(build.finish(y)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    position=st.integers(0, len(SMALL) - 1),
    value=st.integers(0, 255),
    cut=st.one_of(st.none(), st.integers(1, len(SMALL))),
)
def test_damage_gives_one_error_or_a_model(position: int, value: int, cut: int | None) -> None:
    damaged = bytearray(SMALL)
    damaged[position] = value
    try:
        graph = read_tflite(bytes(damaged[:cut]))
        emit_c(graph, header="damaged")
    except ModelError as error:
        assert "\n" not in str(error)


def test_generated_files_say_where_they_come_from() -> None:
    files = emit_c(read_tflite(SMALL), header="Bundle 0123abcd.\nDo not edit.")
    assert sorted(files) == ["kws_model.c", "kws_model.h"]
    for text in files.values():
        assert text.startswith("/* Bundle 0123abcd.\n * Do not edit.\n */\n")
    assert "#define KWS_MODEL_INPUT_BYTES 36 " in files["kws_model.h"]
    assert "#define KWS_MODEL_OUTPUT_BYTES 3 " in files["kws_model.h"]
    assert files == emit_c(read_tflite(SMALL), header="Bundle 0123abcd.\nDo not edit.")
