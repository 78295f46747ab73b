"""A temporal model trained as matrices is the model that Keras trains."""

import json
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from kws_data.cli.bench import command as verb
from kws_data.config.model import ModelSettings
from kws_data.config.training import TrainSettings
from kws_data.models.registry import build_model
from kws_data.training.average import WeightAverage
from kws_data.training.fit import prepare_tensorflow
from kws_data.training.step import learner, logits_model, make_optimizer, make_step
from kws_data.training.temporal_matmul import temporal_logits

BATCH, FRAMES, FEATURES, LABELS = 8, 21, 6, 4
SHAPES = [
    ModelSettings(family="tenet", channels=5, blocks=2, kernel=7, branches=[]),
    ModelSettings(family="tenet", channels=4, blocks=1, kernel=9, stride=3, residual=False),
    ModelSettings(family="tenet", channels=5, blocks=2, kernel=4, padding="valid", stride=1, first_kernel=1),
    ModelSettings(channels=6, blocks=2, kernel=5, branches=[3]),
    ModelSettings(channels=6, blocks=2, kernel=5, padding="valid", branches=[3], stride=1),
]


def batch(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(BATCH, FRAMES, 1, FEATURES)).astype(np.float32)
    return x, np.eye(LABELS, dtype=np.float32)[rng.integers(0, LABELS, BATCH)]


def learnt(model: Any, net: Any, whole: bool) -> tuple[np.ndarray, list[np.ndarray], list[np.ndarray]]:
    """Logits, gradients, and weights afterwards (batch norms have moved), from the same start."""
    import tensorflow as tf

    start = model.get_weights()
    x, y = batch()

    @tf.function(jit_compile=whole, autograph=False)  # type: ignore[untyped-decorator]
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = net(x)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(y, logits))
        return logits, tape.gradient(loss, model.trainable_variables)

    logits, gradients = step(x, y)
    after = model.get_weights()
    model.set_weights(start)
    return logits.numpy(), [np.asarray(g) for g in gradients], after


@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: f"{s.family}-{s.padding}-{s.stride}")
def test_matrices_do_what_the_layers_do(shape: ModelSettings) -> None:
    prepare_tensorflow(3)
    model = build_model(shape, (FRAMES, 1, FEATURES), LABELS)
    end = logits_model(model)
    fast, whole = learner(end)
    assert whole
    theirs = learnt(model, lambda x: end(x, training=True), whole=False)
    ours = learnt(model, fast, whole)
    np.testing.assert_allclose(ours[0], theirs[0], atol=2e-5)
    for mine, keras in zip(ours[1] + ours[2], theirs[1] + theirs[2], strict=True):
        np.testing.assert_allclose(mine, keras, atol=2e-5)


def test_a_trained_step_gives_what_a_step_by_layers_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    settings, weights = TrainSettings(learning_rate=0.01, ema=0.9), []
    for fast in (True, False):
        if not fast:
            monkeypatch.setattr("kws_data.training.step.temporal_logits", lambda net: None)
        prepare_tensorflow(5)
        model = build_model(SHAPES[0], (FRAMES, 1, FEATURES), LABELS)
        average = WeightAverage(model, settings.ema)
        step = make_step(model, make_optimizer(model, settings, 20), settings, [], average=average)
        for seed in range(4):
            step(*batch(seed), np.zeros((BATCH, 0), np.float32))
        weights.append([*model.get_weights(), *average.mean])
    for one, other in zip(*weights, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-3)  # AdamW divides by small gradients


def changed(kind: str) -> Any:
    import keras

    inputs = keras.Input((FRAMES, 1, FEATURES))
    twice = keras.layers.Conv2D(FEATURES, (1, 1))
    x = {
        "activation inside": lambda: keras.layers.Conv2D(4, (3, 1), activation="relu")(inputs),
        "along features": lambda: keras.layers.Conv2D(4, (1, 3), padding="same")(inputs),
        "dilated": lambda: keras.layers.Conv2D(4, (3, 1), dilation_rate=2)(inputs),
        "depthwise stride": lambda: keras.layers.DepthwiseConv2D((3, 1), strides=(2, 2))(inputs),
        "frozen norm": lambda: keras.layers.BatchNormalization(trainable=False)(inputs),
        "used twice": lambda: twice(twice(inputs)),
        "no rule": lambda: keras.layers.LayerNormalization()(inputs),
    }[kind]()
    return keras.Model(inputs, keras.layers.Dense(LABELS)(keras.layers.GlobalAveragePooling2D()(x)))


KINDS = ["activation inside", "along features", "dilated", "depthwise stride", "frozen norm", "used twice", "no rule"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_no_rule_is_left_to_keras(kind: str) -> None:
    assert temporal_logits(changed(kind)) is None


def test_layers_without_bias_and_with_dropout_have_rules() -> None:
    import keras

    inputs = keras.Input((FRAMES, 1, FEATURES))
    x = keras.layers.DepthwiseConv2D((3, 1), padding="valid", use_bias=True, bias_initializer="ones")(inputs)
    x = keras.layers.Dropout(0.0)(keras.layers.GlobalAveragePooling2D()(x))
    model = keras.Model(inputs, keras.layers.Dense(LABELS, use_bias=False)(x))
    fast = temporal_logits(model)
    assert fast is not None
    np.testing.assert_allclose(fast(batch()[0]).numpy(), model(batch()[0]).numpy(), atol=1e-5)


def test_the_bench_compares_what_has_two_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kws_data.bench.training.STEPS", 2)
    teacher = "train.teacher.models=[{family: mel_resnet, channels: 4, blocks: 1}]"
    sets = [part for item in ("model.channels=4", "model.blocks=1", teacher) for part in ("--set", item)]
    said = CliRunner().invoke(verb.command, ["train", "configs/demo.yaml", *sets, "--json"], catch_exceptions=False)
    assert said.exit_code == 0, said.output
    (row,) = json.loads(said.output)
    assert row["what"].startswith("student") and row["baseline_per_s"] > 0 and row["ratio"] > 0
