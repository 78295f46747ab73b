"""A step of training as products of matrices against the same step by Keras layers: steps a second."""

from __future__ import annotations

from typing import Any

import numpy as np

from kws_data.bench.speed import BenchRow, rate
from kws_data.config.config import Config

STEPS = 40
BASELINE = "Keras layers in a tf.function"


def bench_training(config: Config) -> list[BenchRow]:
    """Steps of the config's model, and of its teachers that are along time only, on one core.

    Raises:
        ConfigError: there is no such family of models.
    """
    shapes = {"student": config.model}
    shapes |= {f"teacher {i + 1}": shape for i, shape in enumerate(config.train.teacher.models)}
    names = {name: f"{name}: {shape.family} {shape.channels} x {shape.blocks}" for name, shape in shapes.items()}
    rows = []
    for name, shape in shapes.items():
        theirs, ours = (_steps_per_s(config.model_copy(update={"model": shape}), by) for by in (True, False))
        if ours is not None and theirs is not None:
            rows.append(BenchRow(names[name], f"steps of {config.train.batch} clips", BASELINE, theirs, ours))
    return rows


def _steps_per_s(config: Config, by_layers: bool) -> float | None:
    """None when such a model has no other way than layer by layer."""
    from kws_data.models.mel_axis import mel_axis
    from kws_data.models.registry import build_model
    from kws_data.training.average import WeightAverage
    from kws_data.training.fit import prepare_tensorflow
    from kws_data.training.step import logits_model, make_optimizer, make_step
    from kws_data.training.temporal_matmul import temporal_logits

    prepare_tensorflow(config.seed)
    spec, labels = config.frontend, len(config.labels)
    frames = spec.frames(config.clip_samples)
    model = build_model(config.model, (frames, 1, spec.features), labels, mel_axis(spec))
    if not by_layers and temporal_logits(logits_model(model)) is None:
        return None
    average = WeightAverage(model, config.train.ema)
    optimizer = make_optimizer(model, config.train, STEPS)
    step = make_step(model, optimizer, config.train, [], soft=True, average=average, by_layers=by_layers)
    rng = np.random.default_rng(config.seed)
    x = rng.normal(size=(config.train.batch, frames, 1, spec.features)).astype(np.float32)
    wanted = np.eye(labels, dtype=np.float32)[rng.integers(0, labels, config.train.batch)]

    def work() -> Any:
        for _ in range(STEPS):
            loss, _ = step(x, wanted, wanted)
            float(loss)

    return rate(work, STEPS)
