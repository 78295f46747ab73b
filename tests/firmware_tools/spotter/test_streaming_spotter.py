"""The spotter with a streaming model on the emulated board: scores and detections are those of windows on the host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from synthetic_models import keyword_model

from firmware_tools.boards.spec import load_board
from firmware_tools.engine.host import HostEngine
from firmware_tools.errors import StreamingError
from firmware_tools.flashers.find import flasher_for
from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.image.build import FirmwareImage, build_image
from firmware_tools.link.session import BoardSession, open_board
from firmware_tools.protocol.frames import Type
from firmware_tools.protocol.replies import CommandRefusedError
from firmware_tools.spotter import client as spotter
from firmware_tools.spotter.detector import Detection, FirmwareDetector
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.spotter.stream_spec import StreamSpec
from firmware_tools.tflite.tflm import TflmInterpreter, available

LABELS = ("_silence_", "_unknown_", "yes", "no", "go")
HASH, CLIP, SPEC = "5e" * 32, 16_000, FrontendSpec()


@dataclass(frozen=True)
class Case:
    """An open board with a streaming spotter, and what it was made of."""

    session: BoardSession
    image: FirmwareImage
    tflite: bytes
    threshold: int
    stream: StreamSpec


def model(stride: int) -> bytes:
    return keyword_model(
        frames=SPEC.frames(CLIP),
        features=SPEC.features,
        channels=12,
        blocks=2,
        kernel=5,
        labels=len(LABELS),
        seed=5,
        stride=stride,
        valid=True,
    )


@pytest.fixture(scope="module", params=[(1, 3), (2, 4)], ids=["stride 1", "stride 2"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    stride, hop = request.param
    folder, board, tflite = tmp_path_factory.mktemp("streaming"), load_board("emulated"), model(stride)
    stream = StreamSpec(stride_frames=hop, average=2, refractory_ms=400)
    threshold = int(np.median(windows(tflite, sound(), 1)[0][:, 2:].max(axis=1)))
    sources = spotter_sources(SPEC, tflite, LABELS, threshold, HASH, stream=stream, streaming=True)
    image = build_image(board, "spotter", sources, folder / "build")
    flasher_for(board, state_dir=folder / "state").flash(image.bin)
    with open_board(board, state_dir=folder / "state") as session:
        yield Case(session, image, tflite, threshold, stream)


def sound() -> NDArray[np.int16]:
    """A few seconds that are never the same."""
    rng, time = np.random.default_rng(3), np.arange(3 * CLIP) / 16_000
    chirp = 9_000 * np.sin(2 * np.pi * (200 + 900 * time) * time) * (np.sin(5 * time) > 0)
    return np.clip(chirp + rng.normal(0, 40 + 2_000 * (np.sin(3 * time) > 0.3)), -32_768, 32_767).astype(np.int16)


def windows(tflite: bytes, samples: NDArray[np.int16], stride: int) -> tuple[NDArray[np.int8], list[int]]:
    """Scores of each window of a recording by the windowed engine, and after how many samples each was made."""
    frames = HostFrontend(SPEC).one(samples)
    scores = HostEngine(tflite).windows(frames, stride)
    last = np.arange(len(scores)) * stride + SPEC.frames(CLIP) - 1
    return scores, (last * SPEC.hop_samples + SPEC.window_samples).tolist()


def test_clips_score_on_the_board_as_windows_do_on_the_host(case: Case) -> None:
    clips = sound().reshape(3, CLIP)
    inputs = HostFrontend(SPEC)(clips).reshape(3, -1, 1, SPEC.features)
    expected = (TflmInterpreter(case.tflite) if available() else HostEngine(case.tflite))(inputs)
    for clip, scores in zip(clips, expected, strict=True):
        result = spotter.classify(case.session.link, clip)
        np.testing.assert_array_equal(result.scores, scores)
        assert result.frames == len(inputs[0])
        rest = result.inference_cycles + result.decision_cycles
        assert result.inference_cycles > 5_000 and rest < result.latency_cycles <= rest + result.frontend_cycles_max


def test_a_stream_gives_the_scores_and_detections_of_windows(case: Case) -> None:
    """Twice, the second time after a stream that was broken off amid a hop."""
    samples, link = sound(), case.session.link
    scores, ends = windows(case.tflite, samples, case.stream.stride_frames)
    detections = FirmwareDetector(len(LABELS), case.threshold, case.stream).run(scores, ends)
    assert detections
    for _ in range(2):
        events = list(spotter.stream(link, [samples[:1_001], samples[1_001:]], scores=True))
        seen = [event for event in events if isinstance(event, spotter.StreamScores)]
        found = [event for event in events if isinstance(event, spotter.StreamDetection)]
        assert [event.sample for event in seen] == ends
        np.testing.assert_array_equal(np.stack([event.scores for event in seen]), scores)
        assert [Detection(event.sample, event.label, event.score) for event in found] == detections
        link.request(Type.LISTEN, b"\1\0")
        link.request(Type.STREAM_DATA, bytes(4) + samples[: SPEC.window_samples - 1].tobytes()[:1_000])


def test_a_streaming_image_keeps_columns_and_no_window(case: Case) -> None:
    assert "stream_state" in case.image.by_symbol
    assert not {"window", "kws_model_invoke.arena"} & set(case.image.by_symbol)
    with pytest.raises(CommandRefusedError, match="command"):
        spotter.features(case.session.link)


@pytest.mark.parametrize(("frames", "fit"), [(3, "2 or 4"), (1, "2: "), (5, "4 or 6")])
def test_a_stride_that_does_not_fit_the_models_is_refused(frames: int, fit: str) -> None:
    with pytest.raises(StreamingError, match=fit):
        spotter_sources(SPEC, model(2), LABELS, 0, HASH, stream=StreamSpec(stride_frames=frames), streaming=True)
