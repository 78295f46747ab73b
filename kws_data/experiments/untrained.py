"""A bundle that knows nothing and costs what it costs: a freshly initialised model of a configuration's shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from kws_data.bundle import ModelBundle
from kws_data.config.config import Config
from kws_data.system.native_output import native_output_silenced

CALIBRATION_CLIPS = 8


def untrained_bundle(config: Config) -> ModelBundle:
    """A bundle around a freshly initialised model of the configuration's shape, for the engine that it would have.

    Raises:
        ConfigError: the clip is too short for it, or an engine is asked for that it cannot have.
    """
    from kws_data.export.choose_engine import choose_engine
    from kws_data.export.convert import exported_tflite
    from kws_data.export.make_bundle import make_bundle
    from kws_data.models.mel_axis import mel_axis
    from kws_data.models.registry import build_model
    from kws_data.training.fit import prepare_tensorflow

    prepare_tensorflow(0)
    rng = np.random.default_rng(0)
    shape = (config.frontend.frames(config.clip_samples), config.frontend.features)
    with native_output_silenced():  # it looks for a GPU, and says that it found none
        model = build_model(config.model, (shape[0], 1, shape[1]), len(config.labels), mel_axis(config.frontend))
        randomise(model, rng)
    features = rng.integers(-128, 128, (CALIBRATION_CLIPS, *shape)).astype(np.int8)
    tflite = exported_tflite(model, features, config.export, pointwise_bits=config.model.pointwise_bits)
    runs = choose_engine(config, tflite)
    with_stride = config.model_copy(update={"stream": runs.stream})
    return make_bundle(with_stride, tflite, 0, "untrained", runs.engine)


def randomise(model: Any, rng: np.random.Generator) -> None:
    """Weights as uneven as a trained model's, none of its layers dead: kernels by He's rule, all else 0.5 to 1.5."""
    for weight in model.weights:
        shape = tuple(weight.shape)
        if len(shape) < 2:
            weight.assign(rng.uniform(0.5, 1.5, shape))
        else:
            depthwise = len(shape) == 4 and shape[3] == 1  # (height, width, channels, 1): each channel by itself
            inputs = np.prod(shape[:2] if depthwise else shape[:-1])
            weight.assign(rng.normal(0.0, np.sqrt(2.0 / inputs), shape))
