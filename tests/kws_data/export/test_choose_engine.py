"""Which engine a bundle names: streaming where the configuration listens and the model makes columns one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from synthetic_models import keyword_model
from tiny_bundle import LABELS, tiny_bundle

from firmware_tools.frontend.spec import FrontendSpec
from kws_data.bundle import BundleError, ModelBundle, model_hash
from kws_data.config.config import Config
from kws_data.errors import ConfigError
from kws_data.evaluation.inference import stream_scores
from kws_data.export.choose_engine import choose_engine

SPEC = FrontendSpec()


def model(stride: int = 1, valid: bool = True) -> bytes:
    frames = SPEC.frames(16_000)
    shape: dict[str, Any] = {"channels": 8, "blocks": 2, "kernel": 5, "labels": len(LABELS), "seed": 1}
    return keyword_model(frames=frames, features=SPEC.features, stride=stride, valid=valid, **shape)


def config(**stream: Any) -> Config:
    values: dict[str, Any] = {"name": "x", "keywords": ["yes", "no"], "model": {"padding": "valid"}}
    return Config.model_validate({**values, **({"stream": stream} if stream else {})})


def test_a_model_streams_where_the_configuration_listens() -> None:
    assert choose_engine(config(), model()).engine == "windowed"
    chosen = choose_engine(config(false_accepts_per_hour=1.0), model())
    assert (chosen.engine, chosen.stream.stride_frames, chosen.note) == ("streaming", 1, "")


def test_a_stride_that_nobody_wrote_is_made_to_fit() -> None:
    chosen = choose_engine(config(false_accepts_per_hour=1.0), model(stride=2))
    assert (chosen.engine, chosen.stream.stride_frames) == ("streaming", 2)


def test_what_does_not_stream_is_windowed_and_says_why() -> None:
    padded = choose_engine(config(false_accepts_per_hour=1.0), model(valid=False))
    assert padded.engine == "windowed"
    assert "padding" in padded.note
    odd = choose_engine(config(stride_frames=3), model(stride=2))
    assert odd.engine == "windowed"
    assert "3" in odd.note


def test_asked_for_it_is_refused_in_one_line() -> None:
    assert choose_engine(config(engine="windowed"), model()).engine == "windowed"
    with pytest.raises(ConfigError, match="padding in time"):
        choose_engine(config(engine="streaming"), model(valid=False))


def streaming_bundle() -> ModelBundle:
    tflite = model()
    return replace(tiny_bundle(), tflite=tflite, model_sha256=model_hash(tflite), engine="streaming")


def test_a_recording_has_the_same_scores_by_both_engines() -> None:
    bundle = streaming_bundle()
    samples = np.random.default_rng(3).normal(0, 4_000, 48_000).astype(np.int16)
    streamed, ends = stream_scores(bundle, samples, 3)
    windowed, same_ends = stream_scores(replace(bundle, engine="windowed"), samples, 3)
    assert len(streamed) > 20
    assert np.array_equal(streamed, windowed)
    assert np.array_equal(ends, same_ends)


def test_the_engine_travels_with_the_bundle_and_older_ones_keep_their_hash() -> None:
    bundle = streaming_bundle()
    values = bundle.to_dict()
    assert ModelBundle.from_dict(values, bundle.tflite) == bundle
    assert "engine" not in replace(bundle, engine="windowed").to_dict()
    with pytest.raises(BundleError, match="engine that this kws does not have"):
        ModelBundle.from_dict({**values, "engine": "analog"}, bundle.tflite)
