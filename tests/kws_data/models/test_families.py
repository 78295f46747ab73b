"""Families of models: what they make, how they are chosen, and that each gets through to the C engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firmware_tools.engine.host import load_batches
from firmware_tools.tflite.graph import read_tflite
from firmware_tools.tflite.slim import slim
from firmware_tools.tflite.tflm import TflmInterpreter, available
from kws_data.config.load import load_config
from kws_data.config.model import ModelSettings
from kws_data.errors import ConfigError
from kws_data.export.quantize import quantise
from kws_data.models.float_model import float_scores, load_float
from kws_data.models.folding import deploy, fold_norms
from kws_data.models.registry import FAMILIES, build_model
from kws_data.training.fit import prepare_tensorflow

SHAPE = (49, 1, 20)
SMALL: dict[str, dict[str, Any]] = {
    "temporal_dscnn": {"channels": 8, "blocks": 2},
    "valid": {"channels": 8, "blocks": 2, "kernel": 5, "padding": "valid", "stride": 3},
    "branches": {"channels": 8, "blocks": 2, "branches": (3, 5, 7)},
    "valid branches": {"channels": 8, "blocks": 1, "padding": "valid", "branches": (1, 5), "residual": False},
    "tenet": {"family": "tenet", "channels": 6, "blocks": 2},
    "valid tenet": {"family": "tenet", "channels": 6, "blocks": 2, "padding": "valid", "stride": 1, "first_kernel": 1},
    "ds_cnn": {"family": "ds_cnn", "channels": 6, "blocks": 2, "kernel": 10, "dropout": 0.4},
    "tiny_conv": {"family": "tiny_conv", "channels": 4, "kernel": 10},
    "bc_resnet": {"family": "bc_resnet", "channels": 4, "blocks": 5, "kernel": 3},
    "mel_resnet": {"family": "mel_resnet", "channels": 4, "blocks": 4, "dropout": 0.2},
}


def trained_a_little(settings: ModelSettings) -> Any:
    """A model whose batch norms have seen something: random statistics and scales, the same in every run."""
    prepare_tensorflow(0)
    model = build_model(settings, SHAPE, 5)
    rng = np.random.default_rng(0)
    for weight in model.weights:
        if weight.path.endswith(("gamma", "moving_variance")):
            weight.assign(rng.uniform(0.5, 1.5, weight.shape))
        elif weight.path.endswith(("beta", "moving_mean")):
            weight.assign(rng.normal(0, 0.3, weight.shape))
    return model


def some_features(clips: int = 24) -> np.ndarray:
    return np.random.default_rng(1).integers(-128, 128, (clips, SHAPE[0], SHAPE[2])).astype(np.int8)


@pytest.mark.slow
@pytest.mark.skipif(not available(), reason="tflite-micro has no wheel for this machine")
def test_every_family_reaches_the_c_engine_with_the_bytes_of_tflm() -> None:
    assert {settings.get("family", "temporal_dscnn") for settings in SMALL.values()} == set(FAMILIES)
    x = some_features()
    files = []
    for name, settings in SMALL.items():
        model = trained_a_little(ModelSettings(**settings))
        expected = float_scores(model, x)
        files.append(slim(quantise(model, x)))
        scores = (TflmInterpreter(files[-1])(x[:, :, None, :]).astype(float) + 128) / 256
        assert np.abs(scores - expected).max() < 0.05, name
    for tflite, run in zip(files, load_batches([read_tflite(f) for f in files], optimise="-O1"), strict=True):
        inputs = x[:, :, None, :]
        np.testing.assert_array_equal(run(inputs), TflmInterpreter(tflite)(inputs))


@pytest.mark.parametrize("name", ["branches", "valid branches", "tenet", "valid tenet", "bc_resnet"])
def test_the_folded_model_computes_the_same(name: str) -> None:
    model = trained_a_little(ModelSettings(**SMALL[name]))
    x = some_features(8)
    expected = float_scores(model, x)
    for folded in (deploy(model), fold_norms(model)):
        assert np.abs(float_scores(folded, x) - expected).max() < 1e-5
    assert not [w for w in fold_norms(model).weights if "moving" in w.path]


def test_a_branched_model_is_saved_and_loaded(tmp_path: Path) -> None:
    model = trained_a_little(ModelSettings(**SMALL["branches"]))
    model.save(tmp_path / "m.keras")
    x = some_features(4)
    np.testing.assert_array_equal(float_scores(load_float(tmp_path / "m.keras"), x), float_scores(model, x))


def test_the_mlperf_model_has_its_published_size() -> None:
    settings = ModelSettings(family="ds_cnn", channels=64, blocks=4, kernel=10, residual=False, dropout=0.4)
    model = build_model(settings, (49, 1, 10), 12)
    kernels = 10 * 4 * 64 + 4 * (9 * 64 + 64 * 64) + 64 * 12 + 12
    assert model.count_params() == kernels + 9 * 4 * 64


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"family": "temporal_dscn"}, ["temporal_dscn", "did you mean temporal_dscnn"]),
        ({"family": "ds_cnn", "stride": 3}, ["ds_cnn", "model.stride", "it has blocks"]),
        ({"family": "ds_cnn", "padding": "valid"}, ["ds_cnn", "model.padding"]),
        ({"family": "gone.py:build"}, ["gone.py:build", "path/to/file.py:function"]),
        ({"family": "os:getpid_"}, ["os:getpid_", "package.module:function"]),
        ({"padding": "valid"}, ["too short", "kernel up to"]),
        ({"family": "tenet", "padding": "valid"}, ["too short", "kernel up to"]),
    ],
)
def test_what_a_family_does_not_have_is_refused(settings: dict[str, Any], expected: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        build_model(ModelSettings(**settings), SHAPE, 5)
    for part in expected:
        assert part in str(caught.value)


def test_shape_settings_are_checked_when_the_configuration_is_read(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("keywords: [go]\nmodel: {family: ds_cnn, expansion: 3}\n")
    with pytest.raises(ConfigError, match=r"model\.expansion"):
        load_config(path)
    path.write_text("keywords: [go]\nmodel: {branches: [4]}\n")
    with pytest.raises(ConfigError, match="branch lengths"):
        load_config(path)


OWN = """
import keras
from kws_data.models.layers import classifier, conv

def build(settings, input_shape, labels):
    inputs = keras.Input(input_shape)
    x = conv(inputs, settings.options["width"], (3, 1))
    return classifier(inputs, keras.layers.GlobalAveragePooling2D()(x), labels)

def without_end(settings, input_shape, labels):
    inputs = keras.Input(input_shape)
    return keras.Model(inputs, keras.layers.Flatten()(inputs))
"""


def test_a_family_of_the_user_is_one_function_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(OWN)
    model = build_model(ModelSettings(family=f"{path}:build", options={"width": 7}), SHAPE, 5)
    assert model.layers[1].filters == 7 and model.output_shape == (None, 5)
    with pytest.raises(ConfigError, match="makes a model"):
        build_model(ModelSettings(family=f"{path}:without_end"), SHAPE, 5)


def test_the_training_step_is_keyed_by_the_users_file(tmp_path: Path) -> None:
    from kws_data.config.config import Config
    from kws_data.pipeline import STEPS

    step = next(step for step in STEPS if step.name == "train")
    config = Config(name="t", keywords=["go"], model=ModelSettings(family=f"{tmp_path}/own.py:build"))
    assert step.own_files(config) == (tmp_path / "own.py",)
    assert step.own_files(Config(name="t", keywords=["go"])) == ()
