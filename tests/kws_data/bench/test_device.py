"""The bench of the emulated core: shapes are those that were published, and a hop costs less than its window."""

from __future__ import annotations

import pytest

from firmware_tools.boards.spec import load_board
from firmware_tools.engine.streaming.columns import why_not_streaming
from firmware_tools.tflite.graph import read_tflite
from kws_data.bench.device import Measured
from kws_data.bench.shapes import built_in
from kws_data.errors import ConfigError


def test_published_shapes_have_their_published_multiplications() -> None:
    assert read_tflite(built_in("mlperf_ds_cnn").tflite).total_macs == 2_656_768
    assert read_tflite(built_in("micro_speech").tflite).total_macs == 336_000
    with pytest.raises(ConfigError, match="micro_speech"):
        built_in("resnet")


def test_a_streaming_shape_costs_less_a_hop_than_its_window() -> None:
    measured = Measured(built_in("streaming"), load_board("emulated"))
    assert why_not_streaming(measured.graph) is None
    windowed, streaming = measured.cycles("windowed"), measured.cycles("streaming")
    assert sum(streaming.latest) < streaming.hop < sum(windowed.latest) / 4
