"""Windowed models of one keyword whose scores move as the window does, made by hand; and the frames for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from synthetic_models import ModelBuilder

from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.spotter.stream_spec import StreamSpec
from firmware_tools.tflite.model_builder import Handle
from firmware_tools.tflite.tflm import TflmInterpreter
from kws_data.bundle import ModelBundle, model_hash

BANDS, LOGIT_SCALE = 40, 0.1


def frames_of(count: int, seed: int = 0) -> NDArray[np.int8]:
    """Features ``[count, 40]`` whose loud bands come and go."""
    draw = np.random.default_rng(seed)
    level = np.repeat(draw.uniform(0, 1, (count // 25 + 1, BANDS)), 25, axis=0)[:count]
    return (level * draw.uniform(0, 255, (count, BANDS)) - 128).astype(np.int8)


def body(build: ModelBuilder, frames: int, channels: int, rest: tuple[int, ...] = (1, BANDS)) -> Handle:
    """Layers as those of a small temporal network, down to one value a channel."""
    x = build.input((1, frames, *rest))
    if len(rest) == 1:
        x = build.reshape(x, (1, frames, 1, BANDS))
    if rest == (BANDS, 1):
        x = build.reshape(x, (1, frames, 1, BANDS))
    x = build.conv2d(x, channels, (5, 1), stride=(2, 1), activation="RELU", zero_point=-128)
    x = build.conv2d(x, channels, (9, 1), stride=(2, 1), depthwise=True)
    x = build.conv2d(x, channels, (1, 1), activation="RELU", zero_point=-128)
    return build.mean(x, (1, 2))


def keyword_model(
    seed: int = 0,
    frames: int = 98,
    channels: int = 16,
    *,
    rest: tuple[int, ...] = (1, BANDS),
    largest: tuple[int, int] = (30, 60),
    per_row: bool = False,
) -> bytes:
    """An int8 model of three labels, the first two with equal rows; logits of about -5 to 5.

    Args:
        seed: of weights and of the frames by which logits are brought to their range.
        frames, channels: size.
        rest: shape of a frame in the input.
        largest: weights of the last layer, of the first two rows and of the keyword's.
        per_row: the keyword's row has a scale of its own.
    """
    stream = frames_of(frames + 300, seed)
    values = hidden_values(np.stack([stream[i : i + frames] for i in range(0, 300, 3)]), seed, channels, rest)
    build = ModelBuilder(seed)
    x = body(build, frames, channels, rest)
    draw = np.random.default_rng(seed)
    rows = np.stack([draw.integers(-most, most + 1, channels) for most in (*largest[:1], *largest)])
    rows[1] = rows[0]
    ratios = np.asarray([1, 1, 0.83 if per_row else 1])
    logits = values @ (rows * ratios[:, np.newaxis]).T
    scale = 2.5 / ((logits[:, 2] - logits[:, 0]).std() * x.scale)
    biases = -(values @ rows.T).mean(axis=0)
    return build.finish(build.softmax(_dense(build, x, rows, biases, scale * ratios if per_row else scale)))


def one_score_model(seed: int = 0, sign: int = 1, frames: int = 98, channels: int = 16) -> bytes:
    """A model of ``model.one_score``: one value, by a dense layer, and the fixed layers that make three labels of it.

    ``sign`` is that of the fixed weight: +1 in models that kws trains.
    """
    stream = frames_of(frames + 300, seed)
    values = hidden_values(np.stack([stream[i : i + frames] for i in range(0, 300, 3)]), seed, channels)
    build = ModelBuilder(seed)
    x = body(build, frames, channels)
    row = np.random.default_rng(seed).integers(-127, 128, (1, channels))
    scale = 2.5 / ((values @ row[0]).std() * x.scale)
    score = _dense(build, x, row, -(values @ row.T).mean(axis=0), scale)
    fixed, unit = np.asarray([[0], [0], [sign * 127]]), 1 / 127
    biases = np.asarray([0, 0, np.log(2) / (unit * score.scale)])
    return build.finish(build.softmax(_dense(build, score, fixed, biases, unit)))


def hidden_values(
    windows: NDArray[np.int8], seed: int, channels: int = 16, rest: tuple[int, ...] = (1, BANDS)
) -> NDArray[np.float64]:
    """Inputs of the last layer of :func:`keyword_model`, in steps ``[n, channels]``; windows ``[n, frames, 40]``."""
    build = ModelBuilder(seed)
    x = body(build, windows.shape[1], channels, rest)
    return (
        TflmInterpreter(build.finish(x))(windows.reshape(*windows.shape[:2], *rest)).astype(np.float64) - x.zero_point
    )


def _dense(
    build: ModelBuilder,
    x: Handle,
    rows: NDArray[np.int64],
    biases: NDArray[np.float64],
    scales: NDArray[np.float64] | float,
) -> Handle:
    weights = build.tensor(rows.shape, "int8", scales, 0, rows.astype(np.int8))
    bias = build.tensor((len(rows),), "int32", scales * x.scale, 0, biases.astype(np.int32))
    y = build.tensor((1, len(rows)), "int8", LOGIT_SCALE, 0)
    build.operator("FULLY_CONNECTED", [x.index, weights.index, bias.index], [y], build.dense_options(), 4)
    return y


def tflm_ring_scores(ring: bytes, frames: NDArray[np.int8], stride: int = 3) -> NDArray[np.int16]:
    """What TFLM makes of a stream, 0 to 255 a call."""
    from tflite_micro.python.tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(ring, arena_size=1 << 20)
    found = []
    for first in range(0, len(frames) - stride + 1, stride):
        interpreter.set_input(frames[np.newaxis, first : first + stride], 0)
        interpreter.invoke()
        found.append(interpreter.get_output(0).item())
    return np.asarray(found, np.int16)


def wake_word_bundle(tflite: bytes, stream: StreamSpec, word: str = "word") -> ModelBundle:
    """A bundle of such a model, untrained but whole."""
    return ModelBundle(
        config="word",
        labels=("_silence_", "_unknown_", word),
        frontend=FrontendSpec.micro(),
        clip_samples=16_000,
        threshold_int8=0,
        dataset_version="none",
        model_sha256=model_hash(tflite),
        seed=0,
        tflite_bytes=len(tflite),
        arena_bytes=0,
        macs=0,
        parameters=0,
        train_settings={},
        tflite=tflite,
        stream=stream,
    )
