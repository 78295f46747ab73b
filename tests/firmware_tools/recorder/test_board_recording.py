"""The real recorder app on the emulated board, through a real pseudo-terminal: what was played is what comes back."""

from __future__ import annotations

import dataclasses
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware_tools.boards.spec import BoardSpec, load_board
from firmware_tools.errors import BoardError, KwsError
from firmware_tools.flashers.find import flasher_for
from firmware_tools.image.build import build_image
from firmware_tools.link.session import BoardSession, open_board
from firmware_tools.protocol.audio_frames import Codec, Source, record_order
from firmware_tools.protocol.frames import Type
from firmware_tools.protocol.replies import CommandRefusedError
from firmware_tools.recorder.clip import record_clip

RNG = np.random.default_rng(11)


def flashed(board: BoardSpec, folder: Path) -> Path:
    image = build_image(board, "recorder", {}, folder / "build")
    flasher_for(board, state_dir=folder / "state").flash(image.bin)
    return folder / "state"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return flashed(load_board("emulated"), tmp_path_factory.mktemp("recorder"))


@pytest.fixture
def session(state: Path) -> Iterator[BoardSession]:
    with open_board(load_board("emulated"), state_dir=state) as opened:
        yield opened


def record(session: BoardSession, samples: NDArray[np.int16], n_samples: int | None = None) -> NDArray[np.int16]:
    def play() -> None:
        assert session.play is not None
        session.play(samples)

    taken = record_clip(session.link, n_samples or len(samples), play)
    assert taken.ok, taken.reasons
    assert (taken.attempts, taken.overruns, taken.sequence_gaps, taken.damaged_blocks) == (1, 0, 0, 0)
    return taken.samples


SOUNDS = {
    "noise over the whole range": RNG.integers(-32_768, 32_768, 16_000).astype(np.int16),
    "every zero byte pattern": np.tile(np.array([0, 1, 256, -256, -1, 0x0100, -32_768, 32_767], np.int16), 1_500),
    "one sample": np.array([-12_345], np.int16),
    "one less than a block": RNG.integers(-99, 99, 255).astype(np.int16),
    "one block": RNG.integers(-99, 99, 256).astype(np.int16),
    "one more than a block": RNG.integers(-99, 99, 257).astype(np.int16),
    "fourteen seconds": RNG.integers(-20_000, 20_000, 224_000).astype(np.int16),
}


@pytest.mark.parametrize("sound", SOUNDS)
def test_recording_equals_the_audio_played_sample_for_sample(session: BoardSession, sound: str) -> None:
    np.testing.assert_array_equal(record(session, SOUNDS[sound]), SOUNDS[sound])


def test_clips_follow_each_other_without_remains_of_the_last(session: BoardSession) -> None:
    for length, asked in ((5_000, 3_000), (400, 1_000), (3_000, 3_000)):
        samples = RNG.integers(-9_000, 9_000, length).astype(np.int16)
        expected = np.zeros(asked, np.int16)
        expected[: min(length, asked)] = samples[:asked]
        np.testing.assert_array_equal(record(session, samples, asked), expected)


def test_noise_on_the_line_to_the_board_costs_nothing(session: BoardSession) -> None:
    samples = SOUNDS["one more than a block"]
    session.link._serial.write(b"\x00\x05ets\xff\x00 garbage without end")
    np.testing.assert_array_equal(record(session, samples), samples)


def test_recording_that_a_dead_host_left_behind_is_stopped_first(session: BoardSession) -> None:
    session.link.send(Type.RECORD, record_order(0, Codec.PCM16, Source.MICROPHONE, 77))  # and STOP never comes
    samples = SOUNDS["one block"]
    taken = record_clip(session.link, len(samples), lambda: session.play and session.play(samples))
    assert taken.ok and taken.attempts == 2
    np.testing.assert_array_equal(taken.samples, samples)


def test_board_says_who_it_is_and_refuses_the_other_apps_commands(session: BoardSession) -> None:
    assert (session.hello.app, session.hello.board, session.hello.clock_hz) == ("recorder", "emulated", 64_000_000)
    session.require("recorder")
    with pytest.raises(BoardError, match="flash the spotter app first"):
        session.require("spotter")
    with pytest.raises(CommandRefusedError, match="flash the other app"):
        session.link.request(Type.CLIP_BEGIN, bytes(4))


def test_line_too_slow_for_the_microphone_is_noticed_never_hidden(tmp_path: Path) -> None:
    slow = dataclasses.replace(load_board("emulated"), baud=115_200)
    with open_board(slow, state_dir=flashed(slow, tmp_path)) as session:
        samples = RNG.integers(-9_000, 9_000, 16_000).astype(np.int16)
        assert session.play is not None
        session.play(samples)
        taken = record_clip(session.link, len(samples), attempts=1, codec="pcm16")
    assert not taken.ok
    assert taken.overruns > 1_000 and taken.lost_samples > 1_000
    assert "samples lost" in taken.reasons[0]


def kill_the_board() -> None:
    """End the emulator's process, which is a child of this one."""
    mine = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    boards = [pid for pid in mine if b"emulator.child" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(int(boards[-1]), signal.SIGKILL)


def test_board_that_dies_while_recording_is_one_clear_error(state: Path) -> None:
    board = load_board("emulated")
    with pytest.raises(KwsError, match="board failed") as failure, open_board(board, state_dir=state) as session:
        record_clip(session.link, 16_000, kill_the_board)
    assert "\n" not in str(failure.value)


def test_board_without_an_image_or_a_port_is_an_error(tmp_path: Path) -> None:
    board = load_board("emulated")
    with pytest.raises(BoardError, match="flash an app first"), open_board(board, state_dir=tmp_path):
        pass
    real = dataclasses.replace(board, port="elsewhere")
    with pytest.raises(BoardError, match="needs a port"), open_board(real):
        pass
