"""MLPerf Tiny's serial commands on the emulated board: a runner that was written from their description gets the host's
scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from mlperf_runner import Runner, results
from synthetic_models import keyword_model

from firmware_tools.boards.spec import load_board
from firmware_tools.emulator.board import EmulatedBoard
from firmware_tools.engine.host import HostEngine
from firmware_tools.flashers.find import flasher_for
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.image.build import FirmwareImage, build_image
from firmware_tools.link.serial_link import Link
from firmware_tools.protocol.frames import Frame, Type, encode
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.tflite.tflm import TflmInterpreter, available

LABELS = ("_silence_", "_unknown_", "yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
SPEC = FrontendSpec()
FRAMES = SPEC.frames(16_000)
INPUT_BYTES = FRAMES * SPEC.features
TFLITE = keyword_model(
    frames=FRAMES, features=SPEC.features, channels=12, blocks=2, kernel=5, labels=len(LABELS), seed=9
)
BOARD = replace(load_board("emulated"), baud=115_200)  # the runner's rate
HASH = "c0ffee" + "0" * 58


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> FirmwareImage:
    folder = tmp_path_factory.mktemp("mlperf")
    built = build_image(BOARD, "mlperf", spotter_sources(SPEC, TFLITE, LABELS, 0, HASH), folder / "build")
    flasher_for(BOARD, state_dir=folder / "build").flash(built.bin)
    return built


@pytest.fixture
def board(image: FirmwareImage) -> Iterator[EmulatedBoard]:
    with EmulatedBoard(BOARD, image.bin.parent) as board:
        yield board


@pytest.fixture
def runner(board: EmulatedBoard) -> Iterator[Runner]:
    with Runner(board.port) as runner:
        runner.raw(b"name%")
        while not any(line.startswith("m-name-dut") for line in runner.until_ready()):
            pass  # what the board says when it starts may come before the answer, or may have been missed
        yield runner


def inputs(count: int) -> np.ndarray:
    return np.random.default_rng(1).integers(-128, 128, (count, INPUT_BYTES), dtype=np.int8)


def host_scores(windows: np.ndarray) -> np.ndarray:
    engine = TflmInterpreter(TFLITE) if available() else HostEngine(TFLITE)
    return engine(np.ascontiguousarray(windows).reshape(len(windows), -1, 1, SPEC.features))


def test_it_says_who_it_is_as_the_runner_reads_it(runner: Runner) -> None:
    assert runner.ask("name") == ["m-name-dut-[kws]"]
    assert runner.ask("profile") == ["m-profile-[ULPMark for tinyML Firmware V0.0.1]", "m-model-[kws01]"]
    assert "infer N W" in runner.ask("help")[0]


def test_it_says_that_it_is_ready_when_it_starts(board: EmulatedBoard) -> None:
    with Runner(board.port) as runner:
        board.reset()
        first = runner.until_ready()
    assert first[0] == "m-timestamp-mode-performance" and first[1].startswith("m-lap-us-") and first[2] == "m-init-done"


def test_results_equal_the_hosts(runner: Runner) -> None:
    windows = inputs(6)
    expected = host_scores(windows)
    assert len(np.unique(expected)) > 10
    for window, scores in zip(windows, expected, strict=True):
        runner.load(window.tobytes())
        found, _ = runner.infer(1, 0)
        assert found == [int(1_000 * (int(score) + 128) / 256) / 1_000 for score in scores]
        assert results(runner.ask("results")) == found


def test_time_stamps_frame_the_runs_and_warming_up_is_outside(runner: Runner) -> None:
    runner.load(inputs(1)[0].tobytes())
    _, once = runner.infer(1, 5)
    _, ten = runner.infer(10, 0)
    assert once > 100 and ten == pytest.approx(10 * once, rel=0.1)
    assert runner.ask("infer")[0] == "m-warmup-start-10"
    before, after = (int(runner.ask("timestamp")[0].removeprefix("m-lap-us-")) for _ in range(2))
    assert after > before


def test_the_buffer_is_printed_and_ends_where_it_was_said(runner: Runner) -> None:
    runner.ask("db load 10")
    assert runner.ask("db 000102030405060708f9AABBCC") == ["m-load-done"]
    assert runner.ask("db print") == ["m-buffer-00-01-02-03-04-05-06-07", "m-buffer-08-f9"]


@pytest.mark.parametrize(
    ("commands", "said"),
    [
        (["what"], "e-[Unknown command: what]"),
        ([""], "e-[Unknown command: ]"),
        (["db"], "e-[db: load N, print, or bytes expected]"),
        (["db load"], "e-[db load: number of bytes expected]"),
        (["db load 0"], "e-[db load: number of bytes expected]"),
        (["db load 1x"], "e-[db load: number of bytes expected]"),
        (["db load 99999"], f"e-[db load: the model takes {INPUT_BYTES} bytes]"),
        (["db load 4294967300"], "e-[db load: number of bytes expected]"),
        (["db load 4", "db 0g"], "e-[db: two hexadecimal digits a byte expected]"),
        (["db load 4", "db 012"], "e-[db: two hexadecimal digits a byte expected]"),
        (["db load 0", "db 01"], "e-[db: say db load first]"),
        (["infer 0 1"], "e-[infer: a number of runs above 0, and of warm-ups, expected]"),
        (["infer 1 -1"], "e-[infer: a number of runs above 0, and of warm-ups, expected]"),
        (["db load 2", "db 0102", "infer 1 0"], f"e-[infer: 2 bytes are loaded, the model takes {INPUT_BYTES}]"),
        (["x" * 500], f"e-[Unknown command: {'x' * 80}]"),
    ],
)
def test_what_cannot_be_done_is_told_and_the_board_goes_on(runner: Runner, commands: list[str], said: str) -> None:
    assert [runner.ask(command) for command in commands][-1] == [said]
    assert runner.ask("  name ") == ["m-name-dut-[kws]"]


def test_line_ends_and_noise_between_commands_do_no_harm(runner: Runner) -> None:
    runner.raw(b"\r\n\x07\xff")
    assert runner.ask("\r\nname") == ["m-name-dut-[kws]"]


def test_kws_still_knows_what_is_flashed(board: EmulatedBoard, image: FirmwareImage) -> None:
    """Success of flashing is the board's HELLO, whatever app it runs; text comes and goes between the frames."""
    with Link(board.port, BOARD.baud) as link:
        hello = link.hello()
        assert (hello.app, hello.build, hello.labels) == ("mlperf", HASH, LABELS)
        assert hello.firmware and image.sha256
        assert link.status(100).state == 0
    with Runner(board.port) as runner:
        runner.raw(encode(Frame(Type.HELLO, 3)))
        runner.raw(b"name%")
        assert "m-name-dut-[kws]" in runner.until_ready()[-1]


def test_half_a_frame_does_not_swallow_commands_for_ever(runner: Runner) -> None:
    runner.raw(encode(Frame(Type.HELLO, 3))[:5])
    runner.raw(b"a" * 1_200)
    runner.raw(b"%")
    runner.until_ready()
    assert runner.ask("name") == ["m-name-dut-[kws]"]
