"""A model whose file has weights of 4 bits learns with them on their levels, and ends on them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firmware_tools.errors import ModelError
from firmware_tools.tflite.int4 import LEVELS
from kws_data.config.model import ModelSettings
from kws_data.config.training import TrainSettings
from kws_data.models.registry import build_model
from kws_data.models.weights_4bit import levelled, on_levels, pointwise_layers
from kws_data.training.average import WeightAverage
from kws_data.training.batches.train_set import TrainSet
from kws_data.training.checkpoint import Checkpoint
from kws_data.training.fit import FitRecipe, FitWatch, fit, prepare_tensorflow
from kws_data.training.step import make_optimizer, make_step
from tests.kws_data.training.test_resume import RECIPE, SHAPE, stop_after
from tests.kws_data.training.test_run import patterns
from tests.kws_data.training.test_temporal_matmul import BATCH, FEATURES, FRAMES, LABELS, SHAPES, batch

#: With one block, where what is asked is not whether two ways to compute all blocks agree: half of it to compile.
ONE_BLOCK = SHAPES[0].model_copy(update={"blocks": 1})


def on_levels_already(model: Any) -> bool:
    kernels = [layer.get_weights()[0] for layer in pointwise_layers(model)]
    return all(np.allclose(levelled(kernel).numpy(), kernel, rtol=1e-5, atol=1e-7) for kernel in kernels)


@pytest.mark.parametrize("by_layers", [False, True])
def test_a_step_feels_the_levels_and_moves_what_lies_beneath(by_layers: bool) -> None:
    settings = TrainSettings(learning_rate=0.01, ema=0.9)
    prepare_tensorflow(5)
    model = build_model(ONE_BLOCK, (FRAMES, 1, FEATURES), LABELS)
    for layer in pointwise_layers(model):
        layer.set_weights([levelled(layer.get_weights()[0]).numpy()])
    before = model.get_weights()
    told = []
    for bits in (4, 8):  # on levels already: the first step of both sees the same
        model.set_weights(before)
        average = WeightAverage(model, settings.ema)
        optimizer = make_optimizer(model, settings, 20)
        step = make_step(model, optimizer, settings, [], average=average, pointwise_bits=bits, by_layers=by_layers)
        told.append([float(step(*batch(seed), np.zeros((BATCH, 0), np.float32))[0]) for seed in range(3)])
        assert not on_levels_already(model), "what is learnt is not between levels"
        assert not any(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True) if a.size > 1)
    assert told[0][0] == pytest.approx(told[1][0], rel=1e-5) and told[0][1:] != told[1][1:]


def test_dropout_draws_another_mask_at_every_step() -> None:
    settings = TrainSettings()
    prepare_tensorflow(5)
    model = build_model(ONE_BLOCK.model_copy(update={"dropout": 0.5}), (FRAMES, 1, FEATURES), LABELS)
    (dropout,) = [layer for layer in model.layers if type(layer).__name__ == "Dropout"]
    step = make_step(model, make_optimizer(model, settings, 20), settings, [], pointwise_bits=4)
    states = []
    for seed in range(3):
        step(*batch(seed), np.zeros((BATCH, 0), np.float32))
        states.append(dropout.seed_generator.state.numpy().tolist())
    assert states[0] != states[1] != states[2]


def test_layers_and_matrices_feel_the_same() -> None:
    settings, weights = TrainSettings(learning_rate=0.01), []
    for by_layers in (False, True):
        prepare_tensorflow(5)
        model = build_model(SHAPES[0], (FRAMES, 1, FEATURES), LABELS)
        step = make_step(
            model, make_optimizer(model, settings, 20), settings, [], pointwise_bits=4, by_layers=by_layers
        )
        step(*batch(), np.zeros((BATCH, 0), np.float32))
        weights.append(model.get_weights())
    for one, other in zip(*weights, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-3)  # AdamW divides by small gradients


@pytest.mark.slow
def test_a_fit_ends_on_levels_and_folding_keeps_them(tmp_path: Path) -> None:
    x, y = patterns()
    data = TrainSet(x, y, 4)
    recipe = FitRecipe(SHAPE, RECIPE, 3, pointwise_bits=4)
    whole, told = fit(data, recipe)
    assert on_levels_already(whole)
    folded = on_levels(whole)
    assert np.abs(folded(x[:8, 0, :, None] / 128.0) - whole(x[:8, 0, :, None] / 128.0)).max() < 1e-4
    for layer in pointwise_layers(folded):
        kernel = layer.get_weights()[0].reshape(-1, layer.filters)
        assert all(len(np.unique(np.round(np.abs(c / np.abs(c).max()), 4))) <= LEVELS + 1 for c in kernel.T)
    checkpoint = Checkpoint(tmp_path / "c.npz", "key")
    with pytest.raises(KeyboardInterrupt):
        stop: Any = stop_after(2)
        fit(data, recipe, watch=FitWatch(checkpoint=checkpoint, watchers=[stop]))
    resumed, again = fit(data, recipe, watch=FitWatch(checkpoint=checkpoint))
    assert all(np.array_equal(a, b) for a, b in zip(whole.get_weights(), resumed.get_weights(), strict=True))
    assert told == again


def test_a_model_without_such_weights_is_refused() -> None:
    prepare_tensorflow(0)
    model = build_model(ModelSettings(family="tiny_conv"), (49, 1, 40), 4)
    settings = TrainSettings()
    with pytest.raises(ModelError, match="pointwise_bits=8"):
        make_step(model, make_optimizer(model, settings, 2), settings, [], pointwise_bits=4)
