"""The configurations that come with kws: those that say that they stream do, in the bytes that listening may take."""

from __future__ import annotations

import pytest

from firmware_tools.engine.streaming.plan import plan_stream
from firmware_tools.tflite.graph import read_tflite
from kws_data.bench.shapes import built_in
from kws_data.config.config import Config
from kws_data.config.load import load_config, run_command

FOLDER = ["data.folder=."]


def test_a_run_is_made_again_by_a_name_or_a_file() -> None:
    assert run_command(load_config("demo")) == "kws run demo"
    assert run_command(Config.model_validate({"name": "mine", "keywords": ["yes"]})) == "kws run mine.yaml"


def test_the_streaming_gsc9_is_gsc9_but_for_its_model() -> None:
    padded, streaming = (load_config(name, FOLDER) for name in ("gsc9", "gsc9_streaming"))
    changed = {key for key in type(padded).model_fields if getattr(padded, key) != getattr(streaming, key)}
    assert changed == {"name", "model", "stream"}
    assert streaming.stream.false_accepts_per_hour == padded.stream.false_accepts_per_hour


@pytest.mark.parametrize(("name", "shape"), [("demo", "streaming"), ("gsc9_streaming", "gsc9_streaming")])
def test_shipped_streaming_configurations_stream_at_the_stride_that_they_say(name: str, shape: str) -> None:
    config, built = load_config(name, FOLDER), built_in(shape)
    plan = plan_stream(read_tflite(built.tflite))
    assert config.stream.engine == "streaming"
    assert config.stream.stride_frames % plan.hop_frames == 0
    assert built.stride_frames == config.stream.stride_frames
    assert len(built.tflite) <= config.budget.model_bytes
    assert plan.state_bytes < 2_500
