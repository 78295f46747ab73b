"""Features and int8 scores of clips and of streams on the host, as the board computes them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firmware_tools.frontend.spec import MICRO
from firmware_tools.spotter.gate import shown_frames
from kws_data.audio import Samples
from kws_data.bundle import ModelBundle

if TYPE_CHECKING:
    from firmware_tools.engine.host import HostEngine
    from firmware_tools.engine.streaming.host import HostStream


def int8_scores(tflite: bytes, x: NDArray[np.int8]) -> tuple[NDArray[np.int8], str]:
    """Scores int8 [clips, labels] of features int8 [clips, frames, features], and the engine that made them.

    The engine is the TFLM interpreter; where its wheel is missing the generated C engine, which is bit for bit equal,
    stands in.

    Raises:
        ModelError: the model cannot be run, or takes other features.
    """
    from firmware_tools.tflite import tflm

    inputs = np.ascontiguousarray(x)[:, :, np.newaxis, :]
    if tflm.available():
        return tflm.TflmInterpreter(tflite)(inputs), "tflite-micro"
    from firmware_tools.engine.host import HostEngine

    return HostEngine(tflite)(inputs), "kws C engine (tflite-micro is not installed here)"


def c_scores(bundle: ModelBundle, x: NDArray[np.int8]) -> NDArray[np.int8]:
    """Scores int8 [clips, labels] of features int8 [clips, frames, features] by the C that runs on the board.

    A bundle that streams is run by its streaming engine, from a reset to the only window of the clip.

    Raises:
        ModelError, FirmwareError: the model cannot be run.
    """
    from firmware_tools.engine.streaming.host import HostStream

    engine, ready = stream_engine(bundle.tflite, bundle.engine == "streaming"), np.ascontiguousarray(x)
    if isinstance(engine, HostStream):
        return np.concatenate([engine.windows(clip, engine.plan.hop_frames) for clip in ready])
    return engine(ready[:, :, np.newaxis, :])


def host_features(bundle: ModelBundle, samples: NDArray[np.int16]) -> NDArray[np.int8]:
    """Features int8 [clips, frames, features] by the bundle's own front end."""
    from firmware_tools.frontend.host import HostFrontend

    return HostFrontend(bundle.frontend)(samples)


@lru_cache(maxsize=8)
def stream_engine(tflite: bytes, streaming: bool = False) -> HostEngine | HostStream:
    """The C engine of a model, kept: many recordings are heard by one; the streaming one has the same scores sooner.

    Raises:
        ModelError, FirmwareError: the model cannot be run.
    """
    from firmware_tools.engine.host import HostEngine
    from firmware_tools.engine.streaming.host import HostStream

    return HostStream(tflite) if streaming else HostEngine(tflite)


def stream_scores(
    bundle: ModelBundle, samples: Samples, stride_frames: int
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Scores of the windows of a recording: int8 [windows, labels], and after how many samples each was made.

    The first window ends with frame ``bundle.frames``, as on the board; there are none in a shorter recording. The
    engine is the generated C, bit for bit equal to TFLM and several times as fast, in one call over all windows.
    ``micro_frontend`` is heard as its runtimes do: :func:`kws_data.evaluation.micro_wake_word.ring_stream_scores`.
    """
    if bundle.frontend.kind == MICRO:
        from kws_data.evaluation.micro_wake_word import ring_stream_scores

        return ring_stream_scores(bundle, samples, stride_frames)
    spec = bundle.frontend
    if spec.frames(len(samples)) < bundle.frames:
        return np.zeros((0, len(bundle.labels)), np.int8), np.zeros(0, np.int64)
    from firmware_tools.frontend.host import HostFrontend

    frames = HostFrontend(spec).stream(samples)
    shown, live = np.arange(len(frames)), np.ones(len(frames), np.bool_)
    if bundle.stream.gate is not None:
        passed = shown_frames(bundle.stream.gate, spec, samples, bundle.frames)
        shown, live = passed.frames, passed.live
    scores = stream_engine(bundle.tflite, bundle.engine == "streaming").windows(frames[shown], stride_frames)
    last = np.arange(len(scores)) * stride_frames + bundle.frames - 1
    decided = live[last]  # none is made on frames that are shown late, when a gate opens
    return scores[decided], shown[last[decided]] * spec.hop_samples + spec.window_samples
