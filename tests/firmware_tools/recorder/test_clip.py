"""The verdict on a clip, with a line that loses, damages and cuts."""

from __future__ import annotations

import numpy as np
import pytest
from fake_board import HELLO_PAYLOAD, Answer, FakeBoard, audio_frames

from firmware_tools.errors import LinkError
from firmware_tools.link.serial_link import Link, PortGoneError
from firmware_tools.protocol.audio_frames import END, RECORD
from firmware_tools.protocol.frames import BoardCode, Frame, Type
from firmware_tools.protocol.replies import CommandRefusedError, State
from firmware_tools.recorder import capture
from firmware_tools.recorder import clip as recorder
from firmware_tools.recorder.clip import record_clip

SAMPLES = np.random.default_rng(5).integers(-20_000, 20_000, 1_000).astype("<i2")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "STOP_TIMEOUT_S", 0.3)
    monkeypatch.setattr(capture, "QUIET_S", 0.3)
    monkeypatch.setattr(capture, "COMMAND_TIMEOUT_S", 0.1)
    monkeypatch.setattr(capture, "START_RETRIES", 3)


def recording_board(*faults: str) -> Answer:
    """A recorder whose n-th recording has the n-th fault; "" is none."""
    left = list(faults)

    def answer(board: FakeBoard, command: Frame) -> None:
        if command.type == Type.HELLO:
            board.reply(command, Type.REPLY_HELLO, HELLO_PAYLOAD)
            return
        if command.type == Type.STATUS:
            board.tell_status(command, State.RECORDING, take=0 if "endless" in faults else board.take)
            return
        if command.type != Type.RECORD:
            board.ack(command)
            return
        fault = left.pop(0) if left else ""
        if fault == "busy":
            board.nak(command, BoardCode.BUSY)
            return
        board.ack(command)
        *_, board.take = RECORD.unpack(command.payload)
        overrun = 1 if fault == "overrun" else -1
        for number, frame in enumerate(audio_frames(board, SAMPLES.tobytes(), take=board.take, overrun=overrun)):
            if number == 1 and fault == "unplug":
                board.unplug()
                return
            if number == 1 and fault == "lose":
                continue
            if number == 1 and fault == "damage":
                frame = frame[:200] + bytes([frame[200] ^ 128]) + frame[201:]
            board.raw(frame)
            if number == 1 and fault == "text":
                board.raw(b"I (312) wifi: connected\r\n")
        if fault != "endless":
            board.send(Type.EVENT_END, END.pack(board.take, len(SAMPLES), 256 * (fault == "overrun"), 0, 0, 4))

    return answer


def test_audio_of_another_take_is_never_taken_for_ours() -> None:
    def mixed(board: FakeBoard, command: Frame) -> None:
        if command.type == Type.RECORD:
            *_, board.take = RECORD.unpack(command.payload)
            for frame in audio_frames(board, bytes(20_000), take=board.take ^ 1):
                board.raw(frame)
        recording_board()(board, command)

    with FakeBoard(mixed) as board, Link(board.port) as link:
        taken = record_clip(link, 1_000, attempts=1)
    assert taken.ok
    np.testing.assert_array_equal(taken.samples, SAMPLES)


def test_board_that_is_busy_is_stopped_first() -> None:
    with FakeBoard(recording_board("busy", "")) as board, Link(board.port) as link:
        taken = record_clip(link, 1_000)
        orders = [command.type for command in board.commands]
    assert orders[:3] == [Type.HELLO, Type.RECORD, Type.STOP] and orders.count(Type.RECORD) == 2
    assert taken.ok and taken.attempts == 2


def test_whole_clip_is_the_samples() -> None:
    played = []
    with FakeBoard(recording_board()) as board, Link(board.port) as link:
        taken = record_clip(link, 1_000, lambda: played.append(1))
    assert taken.ok and taken.attempts == 1 and not taken.warnings and len(played) == 1
    np.testing.assert_array_equal(taken.samples, SAMPLES)


@pytest.mark.parametrize("fault", ["lose", "damage", "overrun", "endless"])
def test_clip_that_is_not_whole_is_recorded_again(fault: str) -> None:
    played = []
    with FakeBoard(recording_board(fault, "")) as board, Link(board.port) as link:
        taken = record_clip(link, 1_000, lambda: played.append(1))
    assert taken.ok and taken.attempts == 2 and len(played) == 2
    np.testing.assert_array_equal(taken.samples, SAMPLES)


@pytest.mark.parametrize(
    ("fault", "reason", "lost"),
    [
        ("lose", "256 of 1000 samples lost, the first at 256", 256),
        ("overrun", "overran: 256 samples", 256),
        ("endless", "did not end", 0),
    ],
)
def test_clip_that_never_comes_whole_is_not_called_whole(fault: str, reason: str, lost: int) -> None:
    with FakeBoard(recording_board(*[fault] * 3)) as board, Link(board.port) as link:
        taken = record_clip(link, 1_000)
    assert not taken.ok and taken.attempts == 3
    assert taken.lost_samples == lost
    assert reason in " ".join(taken.reasons)


def test_lost_and_damaged_frames_are_counted() -> None:
    with FakeBoard(recording_board("damage")) as board, Link(board.port) as link:
        taken = record_clip(link, 1_000, attempts=1)
    assert (taken.damaged_blocks, taken.sequence_gaps, taken.lost_samples) == (1, 1, 256)


def test_text_between_frames_costs_nothing() -> None:
    with FakeBoard(recording_board("text")) as board, Link(board.port) as link:
        taken = record_clip(link, 1_000)
    assert taken.ok and taken.attempts == 1 and taken.damaged_blocks == 1
    np.testing.assert_array_equal(taken.samples, SAMPLES)


def test_port_that_vanishes_while_recording_is_an_error_at_once() -> None:
    with (
        FakeBoard(recording_board("unplug")) as board,
        Link(board.port) as link,
        pytest.raises(PortGoneError, match="vanished"),
    ):
        record_clip(link, 1_000)


def test_board_that_says_who_it_is_and_no_more_is_an_error() -> None:
    def dumb(board: FakeBoard, command: Frame) -> None:
        if command.type == Type.HELLO:
            board.reply(command, Type.REPLY_HELLO, HELLO_PAYLOAD)

    with FakeBoard(dumb) as board, Link(board.port) as link, pytest.raises(LinkError, match="records nothing"):
        record_clip(link, 1_000)


def test_app_that_cannot_record_says_so() -> None:
    with (
        FakeBoard(lambda board, command: board.nak(command, BoardCode.COMMAND)) as board,
        Link(board.port) as link,
        pytest.raises(CommandRefusedError, match="flash the other app"),
    ):
        record_clip(link, 1_000)


@pytest.mark.parametrize(("samples", "attempts"), [(0, 3), (-5, 3), (10, 0)])
def test_impossible_requests_are_refused(samples: int, attempts: int) -> None:
    with (
        FakeBoard(recording_board()) as board,
        Link(board.port) as link,
        pytest.raises(ValueError, match="cannot record"),
    ):
        record_clip(link, samples, attempts=attempts)
