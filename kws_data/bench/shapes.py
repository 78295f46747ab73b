"""Models that every kws can measure without having trained one: published shapes and those of its own configurations.

They are built here with random weights and converted to int8 here; nothing is downloaded. Cycles, memory and code
depend on the shape alone, scores mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.spotter.stream_spec import StreamSpec
from kws_data.bench.bundles import CLIP_SAMPLES as CLIP_SAMPLES
from kws_data.config.export import ExportSettings
from kws_data.config.load import load_config
from kws_data.errors import ConfigError

if TYPE_CHECKING:
    import keras

    from kws_data.bundle import ModelBundle

SEED = 0
_CALIBRATION_CLIPS = 32
#: The demo's model while it was windowed: what TFLM with CMSIS-NN was measured on (``bench/device.py``).
WINDOWED_DEMO = (
    "model.channels=28",
    "model.kernel=9",
    "model.padding=same",
    "stream.engine=auto",
    "model.stride=2",
    "model.first_kernel=3",
    "model.pointwise_bits=8",
    "frontend.coefficients=40",
)


@dataclass(frozen=True)
class Shape:
    """A model of a certain shape, the front end whose features it takes, and every how many frames it decides."""

    name: str
    tflite: bytes
    frontend: FrontendSpec
    labels: tuple[str, ...]
    stride_frames: int = StreamSpec().stride_frames


def _mlperf_ds_cnn() -> Shape:
    from kws_data.models.reference_shapes import DS_CNN_LABELS, mlperf_ds_cnn

    frontend = FrontendSpec(window_samples=480, coefficients=10)
    return _converted("mlperf_ds_cnn", mlperf_ds_cnn(SEED), frontend, DS_CNN_LABELS)


def _micro_speech() -> Shape:
    from kws_data.models.reference_shapes import MICRO_SPEECH_LABELS, micro_speech

    frontend = FrontendSpec(kind="log_mel", window_samples=480)
    return _converted("micro_speech", micro_speech(SEED), frontend, MICRO_SPEECH_LABELS)


def _of_configuration(name: str, *settings: str, called: str = "") -> Shape:
    """The model that a configuration of kws trains, untrained, with ``settings``."""
    from kws_data.models.reference_shapes import untrained

    config = load_config(name, settings)
    frontend = config.frontend
    frames = frontend.frames(CLIP_SAMPLES)
    model = untrained(config.model, (frames, 1, frontend.features), len(config.labels), SEED)
    bits = config.model.pointwise_bits
    shape = _converted(called or name, model, frontend, len(config.labels), config.export, bits)
    return replace(shape, stride_frames=config.stream.stride_frames)


def _converted(
    name: str,
    model: keras.Model,
    frontend: FrontendSpec,
    labels: int,
    export: ExportSettings | None = None,
    pointwise_bits: int = 8,
) -> Shape:
    from kws_data.export.convert import exported_tflite

    drawn = np.random.default_rng(SEED)
    size = (_CALIBRATION_CLIPS, frontend.frames(CLIP_SAMPLES), frontend.features)
    features = drawn.integers(-128, 128, size, dtype=np.int8)
    tflite = exported_tflite(model, features, export or ExportSettings(), SEED, pointwise_bits)
    return Shape(name, tflite, frontend, tuple(f"label{number}" for number in range(labels)))


_BUILDERS: dict[str, Callable[[], Shape]] = {
    "demo": lambda: _of_configuration("demo", *WINDOWED_DEMO),
    "gsc9": lambda: _of_configuration("gsc9", "data.folder=."),
    "mlperf_ds_cnn": _mlperf_ds_cnn,
    "micro_speech": _micro_speech,
    "streaming": lambda: _of_configuration("demo", called="streaming"),
    "gsc9_streaming": lambda: _of_configuration("gsc9_streaming", "data.folder=."),
}
BUILT_IN = tuple(_BUILDERS)


def built_in(name: str) -> Shape:
    """One of :data:`BUILT_IN`, the same bytes each time.

    Raises:
        ConfigError: there is no such shape.
    """
    if name not in _BUILDERS:
        raise ConfigError("no such built-in shape", name, f"use one of {', '.join(BUILT_IN)}")
    return _BUILDERS[name]()


def shape_of(name: str, bundle: ModelBundle) -> Shape:
    """A trained model in place of an untrained one."""
    return Shape(name, bundle.tflite, bundle.frontend, bundle.labels, bundle.stream.stride_frames)
