"""A detector that listens to the emulated board's microphone for a long time, and the host that hears the same sound.

The host computes whole windows with the engine's windowed form, whatever the board runs: every hop's scores and every
detection must be the same, at the same sample.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.engine.host import HostEngine
from firmware_tools.errors import LinkError, ModelError
from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.link.serial_link import Link
from firmware_tools.spotter.client import StreamDetection, StreamScores, listen
from firmware_tools.spotter.detector import Detection, FirmwareDetector
from firmware_tools.spotter.stream_spec import StreamSpec
from kws_data.bench.bundles import CLIP_SAMPLES, bundle_of
from kws_data.bench.lively_model import lively_model
from kws_data.bundle import ModelBundle
from kws_data.deploy.images import spotter_session
from kws_data.progress import Progress

DEAF_S = 120.0  # without a word from the board
FITTED_S = 120  # of a sound, for the weights and thresholds of an untrained model
PIECE_S = 4  # of sound of one kind
SHARE_DETECTED = 0.01  # of decisions that detect a certain keyword, at least
LABELS = ("_silence_", "_unknown_", "yes", "no", "go")


@dataclass(frozen=True)
class Heard:
    """Scores int8 ``[hops, labels]``, the sample after which each was made, and detections."""

    scores: NDArray[np.int8]
    ends: tuple[int, ...]
    detections: tuple[Detection, ...]


@dataclass(frozen=True)
class Compared:
    """What board and host heard; ``difference`` is empty where it was the same.

    Attributes:
        engine: that the board ran.
        seconds: of sound.
        hops: decisions that were compared.
        detections: that both made.
        wall_s: seconds that the board took for it.
    """

    engine: str
    seconds: float
    hops: int
    detections: int
    difference: str
    wall_s: float

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return dict(vars(self))


def made_sound(seconds: float, rate_hz: int, seed: int = 0) -> NDArray[np.int16]:
    """Noise of many levels and colours, chirps, full-scale squares and silence, a few seconds of each."""
    rng, pieces = np.random.default_rng(seed), []
    count = PIECE_S * rate_hz
    when = np.arange(count) / rate_hz
    for _ in range(-(-int(seconds * rate_hz) // count)):
        kind, level = int(rng.integers(5)), float(10 ** rng.uniform(0.5, 4.3))
        if kind < 2:
            width = int(rng.integers(1, 12))
            piece = level * np.convolve(rng.normal(0, 1, count), np.ones(width) / width, "same")
            piece *= 1 + np.sin(2 * np.pi * rng.uniform(0.5, 6) * when)
        elif kind == 2:
            piece = level * np.sin(2 * np.pi * (rng.uniform(80, 900) + rng.uniform(50, 1_500) * when) * when)
        elif kind == 3:
            piece = 32_767 * np.sign(np.sin(2 * np.pi * rng.uniform(60, 3_000) * when))
        else:
            piece = np.zeros(count)
        pieces.append(np.clip(piece, -32_768, 32_767).astype(np.int16))
    return np.concatenate(pieces)[: int(seconds * rate_hz)]


def heard_on_host(bundle: ModelBundle, samples: NDArray[np.int16]) -> Heard:
    """Windows on this machine."""
    spec, stride = bundle.frontend, bundle.stream.stride_frames
    scores = HostEngine(bundle.tflite).windows(HostFrontend(spec).one(samples), stride)
    last = np.arange(len(scores)) * stride + spec.frames(bundle.clip_samples) - 1
    ends = (last * spec.hop_samples + spec.window_samples).tolist()
    rate_hz = spec.sample_rate_hz
    detector = FirmwareDetector(len(bundle.labels), bundle.streaming_int8, bundle.stream, sample_rate_hz=rate_hz)
    return Heard(scores, tuple(ends), tuple(detector.run(scores, ends)))


def heard_on_board(
    bundle: ModelBundle, board: BoardSpec, samples: NDArray[np.int16], hops: int, progress: Progress
) -> Heard:
    """What an emulated board hears of sound that is played to its microphone, until so many decisions were made.

    Raises:
        BoardError, FirmwareError: the board cannot run the bundle.
        LinkError: it says nothing more.
    """
    scores: list[StreamScores] = []
    found: list[Detection] = []
    with (
        tempfile.TemporaryDirectory(prefix="kws-bench-") as folder,
        spotter_session(board, bundle, Path(folder)) as session,
    ):
        assert session.play is not None
        session.play(samples)
        last = time.monotonic()
        with closing(_all(session.link)) as events:
            for event in events:
                if isinstance(event, StreamScores):
                    if len(scores) == hops:
                        break
                    scores.append(event)
                    last = time.monotonic()
                    progress("decisions of the board", len(scores), hops)
                elif isinstance(event, StreamDetection):
                    found.append(Detection(event.sample, event.label, event.score))
                elif time.monotonic() - last > DEAF_S:
                    raise LinkError("the board says nothing more", f"after {len(scores)} of {hops} decisions")
    return Heard(np.stack([one.scores for one in scores]), tuple(one.sample for one in scores), tuple(found))


def _all(link: Link) -> Generator[StreamDetection | StreamScores | None, None, None]:
    """What the board says, until it is closed."""
    yield from listen(link, scores=True)


def compare_at_microphone(
    bundle: ModelBundle, board: BoardSpec, samples: NDArray[np.int16], progress: Progress
) -> Compared:
    """Both, and where they differ first.

    Raises:
        BoardError, FirmwareError, LinkError: as :func:`heard_on_board`.
        ModelError: the bundle has a gate before its network.
    """
    if bundle.stream.gate is not None:
        raise ModelError(
            "a gate keeps decisions from this bundle's network",
            bundle.config,
            "compare one without stream.gate: kws bench gate tells what the gate does",
        )
    host = heard_on_host(bundle, samples)
    began = time.monotonic()
    there = heard_on_board(bundle, board, samples, len(host.scores), progress)
    seconds, wall_s = len(samples) / bundle.frontend.sample_rate_hz, time.monotonic() - began
    found = len(there.detections)
    return Compared(bundle.engine, seconds, len(there.scores), found, _difference(host, there), wall_s)


def _difference(host: Heard, there: Heard) -> str:
    if there.ends != host.ends:
        at = next((i for i, pair in enumerate(zip(host.ends, there.ends, strict=False)) if pair[0] != pair[1]), -1)
        return f"decision {at} of {len(host.ends)} was made at another sample: were samples lost?"
    wrong = np.flatnonzero((there.scores != host.scores).any(axis=1))
    if len(wrong):
        at = int(wrong[0])
        return f"scores of {len(wrong)} decisions differ, first {at}: {there.scores[at]}, on the host {host.scores[at]}"
    if there.detections != host.detections:
        return f"{len(there.detections)} detections, on the host {len(host.detections)}"
    return ""


def lively_bundle(sound: NDArray[np.int16], stride_frames: int = 3, model_stride: int = 1) -> ModelBundle:
    """A streaming detector with random weights that detects each keyword now and then in such a sound."""
    spec = FrontendSpec()
    tflite = lively_model(spec, CLIP_SAMPLES, len(LABELS), sound, stride=model_stride, seed=1)
    bundle = bundle_of("microphone", tflite, LABELS, spec, StreamSpec(stride_frames=stride_frames), "streaming")
    scores = heard_on_host(bundle, sound).scores.astype(np.int32)
    average = np.ones(bundle.stream.average, np.int32)
    sums = np.stack([np.convolve(column, average, "valid") for column in scores.T], axis=1)
    thresholds = np.ceil(np.quantile(sums, 1 - SHARE_DETECTED, axis=0)).astype(int)
    return replace(bundle, stream=replace(bundle.stream, sums=tuple(thresholds.tolist())))
