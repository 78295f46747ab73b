"""A bundle around a small model made by hand (no TensorFlow), for tests of what comes after training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from synthetic_models import ModelBuilder

from firmware_tools.frontend.spec import FrontendSpec
from kws_data.bundle import ModelBundle, model_hash

LABELS = ("_silence_", "_unknown_", "yes", "no")


def tiny_tflite(spec: FrontendSpec, clip_samples: int, labels: int, channels: int = 8, seed: int = 0) -> bytes:
    """Convolution, mean, dense, softmax on the front end's features."""
    builder = ModelBuilder(seed)
    x = builder.input((1, spec.frames(clip_samples), 1, spec.features))
    x = builder.conv2d(x, channels, (3, 1), stride=(2, 1), activation="RELU")
    x = builder.mean(x, (1, 2))
    return builder.finish(builder.softmax(builder.dense(x, labels)))


def tiny_bundle(
    labels: Sequence[str] = LABELS, threshold_int8: int = 0, clip_samples: int = 16_000, channels: int = 8
) -> ModelBundle:
    """Untrained, but whole."""
    spec = FrontendSpec()
    tflite = tiny_tflite(spec, clip_samples, len(labels), channels)
    return ModelBundle(
        config="tiny",
        labels=tuple(labels),
        frontend=spec,
        clip_samples=clip_samples,
        threshold_int8=threshold_int8,
        dataset_version="sha256:0",
        model_sha256=model_hash(tflite),
        seed=0,
        tflite_bytes=len(tflite),
        arena_bytes=4_000,
        macs=24_000,
        parameters=1_000,
        train_settings={},
        tflite=tflite,
    )


def with_threshold(bundle: ModelBundle, threshold_int8: int) -> ModelBundle:
    """The same bundle with another threshold."""
    return replace(bundle, threshold_int8=threshold_int8)
