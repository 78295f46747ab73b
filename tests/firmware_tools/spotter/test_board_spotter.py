"""The real spotter app on the emulated board: features, scores, decisions and streams equal the host's, bit for bit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from noisy_line import NoisyLine
from numpy.typing import NDArray
from synthetic_models import keyword_model

from firmware_tools.boards.spec import load_board
from firmware_tools.emulator.board import EmulatedBoard
from firmware_tools.engine.host import HostEngine
from firmware_tools.errors import BoardError, ModelError
from firmware_tools.flashers.find import flasher_for
from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.image.build import build_image
from firmware_tools.link.serial_link import Link
from firmware_tools.link.session import BoardSession, open_board
from firmware_tools.protocol.frames import Type
from firmware_tools.protocol.replies import CommandRefusedError, ack_value
from firmware_tools.spotter import client as spotter
from firmware_tools.spotter.detector import Detection, FirmwareDetector
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.spotter.stream_spec import StreamSpec
from firmware_tools.tflite.tflm import TflmInterpreter, available

LABELS = ("_silence_", "_unknown_", "yes", 'nö"??/', "go")
STREAM = StreamSpec(stride_frames=3, average=2, refractory_ms=400)
HASH = "5e" * 32
CLIP = 16_000
SPECS = {
    "mfcc": FrontendSpec(),
    "log_mel": FrontendSpec(kind="log_mel", window_samples=640, hop_samples=320, mel_bands=32, coefficients=10),
    "short mfcc": FrontendSpec(window_samples=480, hop_samples=160, mel_bands=24, coefficients=12, mel_scale="htk"),
}


def sounds() -> NDArray[np.int16]:
    """Clips that reach the corners of the front end: int16 [clips, CLIP]."""
    rng = np.random.default_rng(3)
    time = np.arange(CLIP) / 16_000
    chirp = 20_000 * np.sin(2 * np.pi * (200 + 3_000 * time) * time)
    impulse = np.zeros(CLIP)
    impulse[5_000] = 32_767
    rows = [
        rng.normal(0, 3_000, CLIP),
        rng.normal(0, 3, CLIP),
        np.zeros(CLIP),
        chirp,
        np.where(np.arange(CLIP) // 16 % 2, 32_767, -32_768),
        impulse,
        rng.integers(-32_768, 32_768, CLIP),
    ]
    return np.clip(np.round(rows), -32_768, 32_767).astype(np.int16)


def model_for(spec: FrontendSpec, seed: int = 4) -> bytes:
    return keyword_model(
        frames=spec.frames(CLIP), features=spec.features, channels=12, blocks=2, kernel=5, labels=len(LABELS), seed=seed
    )


def host_scores(spec: FrontendSpec, tflite: bytes, features: NDArray[np.int8]) -> NDArray[np.int8]:
    """Scores of windows [n, frames, features] by TFLM, or by the host's engine where its wheel is missing."""
    engine = TflmInterpreter(tflite) if available() else HostEngine(tflite)
    return engine(np.ascontiguousarray(features).reshape(len(features), -1, 1, spec.features))


@dataclass(frozen=True)
class Flashed:
    """An open board with the spotter for one front end."""

    session: BoardSession
    spec: FrontendSpec
    tflite: bytes
    threshold: int
    stream: StreamSpec
    flash: bytes


@contextmanager
def board_with(folder: Path, spec: FrontendSpec, tflite: bytes, stream: StreamSpec = STREAM) -> Iterator[Flashed]:
    board = load_board("emulated")
    scores = host_scores(spec, tflite, HostFrontend(spec)(sounds()))
    threshold = int(np.median(scores[:, 2:].max(axis=1)))  # so that some clips are detected and some are not
    sources = spotter_sources(spec, tflite, LABELS, threshold, HASH, stream=stream)
    image = build_image(board, "spotter", sources, folder / "build")
    flasher_for(board, state_dir=folder / "state").flash(image.bin)
    with open_board(board, state_dir=folder / "state") as session:
        yield Flashed(session, spec, tflite, threshold, stream, image.bin.read_bytes())


@pytest.fixture(scope="module", params=SPECS)
def flashed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flashed]:
    spec = SPECS[request.param]
    with board_with(tmp_path_factory.mktemp("spotter"), spec, model_for(spec)) as ready:
        yield ready


def test_features_and_scores_on_the_board_equal_the_hosts_bit_for_bit(flashed: Flashed) -> None:
    clips = sounds()
    features = HostFrontend(flashed.spec)(clips)
    scores = host_scores(flashed.spec, flashed.tflite, features)
    decisions = FirmwareDetector(len(LABELS), flashed.threshold).clips(scores)
    assert len(np.unique(decisions)) > 1
    for clip, expected, expected_scores, decision in zip(clips, features, scores, decisions, strict=True):
        result = spotter.classify(flashed.session.link, clip)
        np.testing.assert_array_equal(spotter.features(flashed.session.link), expected)
        np.testing.assert_array_equal(result.scores, expected_scores)
        assert result.label == decision
        assert result.frames == len(expected)


def test_cycles_are_counted_and_belong_together(flashed: Flashed) -> None:
    result = spotter.classify(flashed.session.link, sounds()[0])
    assert 5_000 < result.frontend_cycles_per_frame <= result.frontend_cycles_max < 200_000
    assert result.inference_cycles > 10_000
    assert 0 < result.decision_cycles < 5_000
    rest = result.inference_cycles + result.decision_cycles
    assert rest < result.latency_cycles <= rest + result.frontend_cycles_max
    again = spotter.classify(flashed.session.link, sounds()[0])
    assert again.inference_cycles == result.inference_cycles


def long_sound() -> NDArray[np.int16]:
    return np.concatenate([sounds()[[0, 3, 1]].reshape(-1), sounds()[0][:777]])


def stream_scores(
    spec: FrontendSpec, tflite: bytes, sound: NDArray[np.int16], stride_frames: int
) -> tuple[NDArray[np.int8], list[int]]:
    """Scores of the windows of a recording, each a clip of its own, and after how many samples each was made."""
    frames, length = HostFrontend(spec).one(sound), spec.frames(CLIP)
    starts = range(0, len(frames) - length + 1, stride_frames)
    scores = host_scores(spec, tflite, np.stack([frames[start : start + length] for start in starts]))
    return scores, [(start + length - 1) * spec.hop_samples + spec.window_samples for start in starts]


def expected_stream(flashed: Flashed, sound: NDArray[np.int16]) -> tuple[NDArray[np.int8], list[int], list[Detection]]:
    scores, ends = stream_scores(flashed.spec, flashed.tflite, sound, flashed.stream.stride_frames)
    return scores, ends, FirmwareDetector(len(LABELS), flashed.threshold, flashed.stream).run(scores, ends)


def test_stream_sent_to_the_board_gives_the_hosts_scores_and_detections(flashed: Flashed) -> None:
    sound = long_sound()
    scores, ends, detections = expected_stream(flashed, sound)
    blocks = [sound[:1_000], sound[1_000:1_001], sound[1_001:]]
    events = list(spotter.stream(flashed.session.link, blocks, scores=True))
    seen = [event for event in events if isinstance(event, spotter.StreamScores)]
    found = [event for event in events if isinstance(event, spotter.StreamDetection)]
    assert [event.sample for event in seen] == ends
    np.testing.assert_array_equal(np.stack([event.scores for event in seen]), scores)
    assert detections
    assert [Detection(event.sample, event.label, event.score) for event in found] == detections
    assert all(event.cycles > 10_000 for event in events)
    quiet = list(spotter.stream(flashed.session.link, blocks))
    assert quiet == found


def test_an_image_with_a_threshold_for_each_keyword_detects_as_the_host_does(tmp_path: Path) -> None:
    spec, sound, bare = FrontendSpec(), long_sound(), StreamSpec(stride_frames=2, average=5, refractory_ms=120)
    tflite = model_for(spec, seed=5)  # its keywords take turns
    scores, ends = stream_scores(spec, tflite, sound, bare.stride_frames)
    sums = np.lib.stride_tricks.sliding_window_view(scores.astype(int), bare.average, axis=0).sum(axis=2)
    own = tuple(int(threshold) for threshold in np.percentile(sums, 60, axis=0))  # that of each is reached at times
    with board_with(tmp_path, spec, tflite, replace(bare, sums=own)) as flashed:
        assert flashed.session.hello.stride_frames == 2
        found = list(spotter.stream(flashed.session.link, [sound]))
    expected = FirmwareDetector(len(LABELS), flashed.threshold, flashed.stream).run(scores, ends)
    assert [Detection(event.sample, event.label, event.score) for event in found] == expected
    assert len({detection.label for detection in expected}) > 1 and min(np.diff([d.sample for d in expected])) >= 1_920
    assert expected != FirmwareDetector(len(LABELS), flashed.threshold, bare).run(scores, ends)


def test_stream_heard_by_the_microphone_gives_the_same(flashed: Flashed) -> None:
    sound = long_sound()
    scores, ends, _ = expected_stream(flashed, sound)
    assert flashed.session.play is not None
    flashed.session.play(sound)
    seen = []
    for event in spotter.listen(flashed.session.link, scores=True, seconds=20):
        if isinstance(event, spotter.StreamScores) and event.sample in ends:
            seen.append(event)
            if event.sample == ends[-1]:
                break
    assert [event.sample for event in seen] == ends
    np.testing.assert_array_equal(np.stack([event.scores for event in seen]), scores)
    result = spotter.classify(flashed.session.link, sounds()[0])  # the microphone was stopped, all goes on
    assert result.frames == flashed.spec.frames(CLIP)


def test_board_that_a_dead_host_left_listening_starts_afresh(flashed: Flashed) -> None:
    link, sound = flashed.session.link, long_sound()[: 2 * CLIP]
    fresh = list(spotter.stream(link, [sound], scores=True))
    link.request(Type.LISTEN, b"\1\1")  # and never STOP
    link.request(Type.STREAM_DATA, bytes(4) + sound[:500].tobytes())
    again = list(spotter.stream(link, [sound], scores=True))
    assert [event.sample for event in again] == [event.sample for event in fresh]


def test_samples_that_come_twice_are_heard_once_and_gaps_are_refused(flashed: Flashed) -> None:
    link, clip = flashed.session.link, sounds()[0]
    link.request(Type.CLIP_BEGIN, CLIP.to_bytes(4, "little"))
    for offset in (0, 0, 500, 500):
        reply = link.request(Type.CLIP_DATA, offset.to_bytes(4, "little") + clip[offset : offset + 500].tobytes())
        assert ack_value(reply) == offset + 500
    with pytest.raises(CommandRefusedError, match="lost"):
        link.request(Type.CLIP_DATA, (1_500).to_bytes(4, "little") + clip[:512].tobytes())
    with pytest.raises(CommandRefusedError, match="busy"):
        link.request(Type.CLIP_END)
    with pytest.raises(CommandRefusedError, match="arg"):
        link.request(Type.CLIP_DATA, (1_000).to_bytes(4, "little") + b"odd")
    np.testing.assert_array_equal(spotter.features(link), HostFrontend(flashed.spec).one(clip[:1_000]))


def test_clip_of_another_length_is_refused(flashed: Flashed) -> None:
    with pytest.raises(CommandRefusedError, match="16000"):
        spotter.classify(flashed.session.link, sounds()[0][:-1])


def test_board_tells_its_bundle(flashed: Flashed) -> None:
    hello = flashed.session.hello
    assert (hello.app, hello.build, hello.labels) == ("spotter", HASH, LABELS)
    assert (hello.clip_samples, hello.clip_frames, hello.features) == (
        CLIP,
        flashed.spec.frames(CLIP),
        flashed.spec.features,
    )
    assert (hello.threshold_int8, hello.stride_frames) == (flashed.threshold, 3)
    flashed.session.require("spotter", HASH)
    with pytest.raises(BoardError, match="another model"):
        flashed.session.require("spotter", "00" * 32)


@pytest.mark.parametrize("flashed", ["mfcc"], indirect=True)
def test_damaged_and_lost_bytes_cost_time_but_never_a_wrong_result(flashed: Flashed, tmp_path: Path) -> None:
    """A byte flipped in a command, one lost from a command, one flipped in a reply: each is asked for again."""
    board, clip = load_board("emulated"), sounds()[0]
    (tmp_path / "flash.bin").write_bytes(flashed.flash)

    def to_board(position: int, byte: int) -> int | None:
        return {5_000: byte ^ 0x10, 20_000: None}.get(position, byte)

    def to_host(position: int, byte: int) -> int | None:
        return byte ^ 1 if position == 400 else byte

    with (
        EmulatedBoard(board, tmp_path) as emulated,
        NoisyLine(emulated.port, to_board, to_host) as line,
        Link(line.port) as link,
    ):
        link.hello()
        result = spotter.classify(link, clip)
        features = spotter.features(link)
        assert link.counters.lost_frames == 1 and link.counters.bad_blocks >= 1
    np.testing.assert_array_equal(features, HostFrontend(flashed.spec).one(clip))
    np.testing.assert_array_equal(result.scores, spotter.classify(flashed.session.link, clip).scores)


def test_every_generated_file_is_headed_with_the_bundle() -> None:
    sources = spotter_sources(FrontendSpec(), model_for(FrontendSpec()), LABELS, 10, HASH)
    assert {"kws_model.c", "kws_frontend_tables.c", "kws_app_config.c"} <= set(sources)
    assert all(HASH in text.splitlines()[0] for text in sources.values())


@pytest.mark.parametrize(
    ("labels", "threshold", "spec", "message"),
    [
        (LABELS[:4], 0, FrontendSpec(), "does not fit the labels"),
        (LABELS[:2], 0, FrontendSpec(), "number of labels"),
        (LABELS, 128, FrontendSpec(), "no int8"),
        (LABELS, 0, FrontendSpec(coefficients=10), "does not fit the front end"),
        ((*LABELS[:4], "x" * 1_000), 0, FrontendSpec(), "too long"),
    ],
)
def test_parts_that_do_not_fit_are_refused(
    labels: tuple[str, ...], threshold: int, spec: FrontendSpec, message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        spotter_sources(spec, model_for(FrontendSpec()), labels, threshold, HASH)


def test_thresholds_on_sums_of_other_labels_are_refused() -> None:
    with pytest.raises(ModelError, match="do not fit the labels: 4"):
        spotter_sources(FrontendSpec(), model_for(FrontendSpec()), LABELS, 0, HASH, stream=StreamSpec(sums=(0,) * 4))
