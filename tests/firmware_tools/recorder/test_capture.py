"""What a capture makes of a line and a board that misbehave in ways that can be planned."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from fake_board import HELLO_PAYLOAD, Answer, FakeBoard

from firmware_tools.errors import LinkError
from firmware_tools.link.serial_link import Link, PortGoneError
from firmware_tools.protocol.audio_frames import AUDIO, END, RECORD
from firmware_tools.protocol.frames import BoardCode, Frame, Type
from firmware_tools.protocol.replies import STATUS, State
from firmware_tools.recorder import capture as capture_module
from firmware_tools.recorder.capture import Loss, capture

LENGTH = 1_600  # samples: 16 frames of 100
SECONDS = LENGTH / 16_000


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "QUIET_S", 0.1)
    monkeypatch.setattr(capture_module, "GIVE_UP_S", 0.6)
    monkeypatch.setattr(capture_module, "COMMAND_TIMEOUT_S", 0.1)
    monkeypatch.setattr(capture_module, "START_RETRIES", 3)


class Recorder:
    """A recorder app in Python: ``send(board, take, wanted)`` sends what it likes of a take."""

    def __init__(self, send: Callable[[FakeBoard, int, int], None]) -> None:
        self.send = send
        self.state, self.take, self.position = State.IDLE, 0, 0
        self.deaf = False
        self.moving = 0

    def __call__(self, board: FakeBoard, command: Frame) -> None:
        if self.deaf:
            return
        if command.type == Type.HELLO:
            board.reply(command, Type.REPLY_HELLO, HELLO_PAYLOAD)
        elif command.type == Type.STATUS:
            self.position += self.moving
            board.tell_status(command, self.state, self.take, self.position)
        elif command.type == Type.RECORD:
            wanted, _, _, self.take = RECORD.unpack(command.payload)
            self.state = State.RECORDING
            board.ack(command, wanted)
            self.send(board, self.take, wanted)
        else:
            self.state = State.IDLE
            board.ack(command)


def audio(board: FakeBoard, take: int, number: int, *, lost: int = 0, shift: int = 0) -> bytes:
    """AUDIO frame ``number`` of 100 samples, whose values are their places."""
    first = 100 * number + shift
    samples = np.arange(first, first + 100).astype("<i2").tobytes()
    return board.frame(Type.EVENT_AUDIO, AUDIO.pack(take, 0, 0, first, 6_250 * (number + 1), lost) + samples)


def end(board: FakeBoard, take: int, position: int = LENGTH, lost: int = 0) -> bytes:
    return board.frame(Type.EVENT_END, END.pack(take, position, lost, 0, 0, 0))


def check_places(blocks: list[capture_module.Block]) -> None:
    """Each sample says where it belongs, each gap is told."""
    expected = 0
    for block in blocks:
        assert block.first_sample == expected + block.lost_before
        np.testing.assert_array_equal(block.samples, np.arange(len(block.samples)) + block.first_sample)
        expected = block.first_sample + len(block.samples)


@contextlib.contextmanager
def linked(answer: Answer) -> Iterator[tuple[FakeBoard, Link]]:
    with FakeBoard(answer) as board, Link(board.port) as link:
        yield board, link


def test_frames_that_are_missing_doubled_or_late_are_told_apart() -> None:
    def send(board: FakeBoard, take: int, wanted: int) -> None:
        frames = [audio(board, take, number) for number in range(16)]
        board.raw(b"".join([*frames[:3], frames[2], *frames[5:9], frames[3], frames[6], *frames[9:]]))
        board.raw(end(board, take))

    with linked(Recorder(send)) as (_, link):
        taking = capture(link, "pcm16", SECONDS)
        blocks = list(taking)
    check_places(blocks)
    assert taking.losses == [Loss(300, 200)] and taking.repeated == 3 and taking.ended


def test_end_of_a_take_that_is_lost_is_told_too() -> None:
    def send(board: FakeBoard, take: int, wanted: int) -> None:
        board.raw(b"".join(audio(board, take, number) for number in range(14)))
        board.raw(end(board, take))

    with linked(Recorder(send)) as (_, link):
        taking = capture(link, "pcm16", SECONDS)
        blocks = list(taking)
    assert (blocks[-1].first_sample, len(blocks[-1].samples), blocks[-1].lost_before) == (LENGTH, 0, 200)
    check_places(blocks)
    assert taking.losses == [Loss(1_400, 200)] and taking.position == LENGTH


def test_lost_end_frame_is_made_up_for_by_asking() -> None:
    recorder: Recorder

    def send(board: FakeBoard, take: int, wanted: int) -> None:
        board.raw(b"".join(audio(board, take, number) for number in range(16)))
        recorder.state, recorder.position = State.IDLE, LENGTH

    recorder = Recorder(send)
    with linked(recorder) as (_, link):
        taking = capture(link, "pcm16", SECONDS)
        assert sum(len(block.samples) for block in taking) == LENGTH
    assert taking.ended and not taking.losses


def test_frame_that_contradicts_its_neighbours_is_not_believed() -> None:
    """Its CRC is right, its place is not: no frame is missing, and the microphone lost nothing."""

    def send(board: FakeBoard, take: int, wanted: int) -> None:
        for number in range(16):
            board.raw(audio(board, take, number, shift=40 if number == 5 else 0))
        board.raw(end(board, take))

    with linked(Recorder(send)) as (_, link):
        taking = capture(link, "pcm16", SECONDS)
        blocks = list(taking)
    check_places(blocks)
    assert taking.unreadable == 1 and taking.losses == [Loss(500, 100)]


def test_frames_that_cannot_be_read_are_left_out() -> None:
    def send(board: FakeBoard, take: int, wanted: int) -> None:
        for number in range(16):
            board.raw(audio(board, take, number))
            if number == 3:
                board.raw(board.frame(Type.EVENT_AUDIO, b"short"))
                board.raw(board.frame(Type.EVENT_END, b"short"))
                board.raw(board.frame(Type.EVENT_BEAT, b"short"))
                board.raw(board.frame(Type.EVENT_BEAT, STATUS.pack(9, State.RECORDING, take, 400, 0)))
        board.raw(end(board, take))

    with linked(Recorder(send)) as (_, link):
        taking = capture(link, "pcm16", SECONDS)
        blocks = list(taking)
    check_places(blocks)
    assert taking.unreadable == 3 and not taking.losses


def test_overruns_of_the_microphone_are_named_as_such() -> None:
    def send(board: FakeBoard, take: int, wanted: int) -> None:
        for number in (*range(4), *range(7, 16)):
            board.raw(audio(board, take, number, lost=300 if number >= 7 else 0))
        board.raw(end(board, take, lost=300))

    with linked(Recorder(send)) as (_, link):
        taking = capture(link, "pcm16", SECONDS)
        check_places(list(taking))
    assert taking.losses == [Loss(400, 300, overruns=300)]


def test_board_that_was_reset_is_started_again_behind_a_gap() -> None:
    takes = []

    def send(board: FakeBoard, take: int, wanted: int) -> None:
        takes.append(wanted)
        if len(takes) == 1:
            board.raw(b"".join(audio(board, take, number) for number in range(3)))
            recorder.state, recorder.take = State.IDLE, 0  # and now it is reset
            return
        board.raw(audio(board, take, 0))
        board.raw(end(board, take, wanted))

    recorder = Recorder(send)
    with linked(recorder) as (_, link):
        taking = capture(link, "pcm16", 1.0)
        blocks = list(taking)
    assert taking.restarts == 1 and len(takes) == 2 and taking.ended
    gap = blocks[3]
    assert not gap.lost_exact and gap.first_sample == 300 + gap.lost_before
    assert 1_600 <= gap.lost_before <= 16_000  # it took at least QUIET_S to notice
    assert takes[1] == 16_000 - gap.first_sample
    assert [loss.exact for loss in taking.losses] == [False, True]


@pytest.mark.parametrize("deaf", [True, False])
def test_board_that_stops_for_good_is_an_error_in_time(deaf: bool) -> None:
    def send(board: FakeBoard, take: int, wanted: int) -> None:
        board.raw(audio(board, take, 0))
        recorder.deaf = deaf

    recorder = Recorder(send)
    message = "gone silent|no answer to STATUS" if deaf else "microphone gives no samples"
    with linked(recorder) as (_, link):
        begun, taking = time.monotonic(), capture(link, "pcm16")
        with pytest.raises(LinkError, match=message):
            list(taking)
        assert time.monotonic() - begun < 8


def test_busy_board_is_stopped_first() -> None:
    refused = []

    def busy_at_first(board: FakeBoard, command: Frame) -> None:
        if command.type == Type.RECORD and not refused:
            refused.append(1)
            board.nak(command, BoardCode.BUSY)
        else:
            recorder(board, command)

    def send(board: FakeBoard, take: int, wanted: int) -> None:
        board.raw(b"".join(audio(board, take, number) for number in range(16)) + end(board, take))

    recorder = Recorder(send)
    with linked(busy_at_first) as (_, link):
        assert sum(len(block.samples) for block in capture(link, "pcm16", SECONDS)) == LENGTH


def test_port_that_vanishes_is_an_error_unless_one_waits_for_it() -> None:
    def send(board: FakeBoard, take: int, wanted: int) -> None:
        board.raw(audio(board, take, 0))
        board.unplug()

    with linked(Recorder(send)) as (_, link), pytest.raises(PortGoneError, match="vanished"):
        list(capture(link, "pcm16", SECONDS))


def test_port_that_comes_back_is_opened_again(tmp_path: Path) -> None:
    """The board went on meanwhile: the gap is known to the sample."""
    name = tmp_path / "port"
    with contextlib.ExitStack() as stack:

        def send(board: FakeBoard, take: int, wanted: int) -> None:
            board.raw(b"".join(audio(board, take, number) for number in range(4)))
            second = FakeBoard(recorder)
            second._sequence = 9
            name.unlink()
            threading.Timer(0.3, lambda: name.symlink_to(second.port)).start()
            stack.enter_context(second)
            recorder.moving = 100
            threading.Timer(0.8, lambda: go_on(second, take)).start()
            time.sleep(0.1)  # for the host to read what came
            board.unplug()

        def go_on(board: FakeBoard, take: int) -> None:
            board.raw(b"".join(audio(board, take, number) for number in range(9, 16)) + end(board, take))

        recorder = Recorder(send)
        board = stack.enter_context(FakeBoard(recorder))
        name.symlink_to(board.port)
        link = stack.enter_context(Link(str(name)))
        taking = capture(link, "pcm16", SECONDS, reconnect_s=5)
        blocks = list(taking)
    check_places(blocks)
    assert taking.reconnects == 1 and taking.restarts == 0
    assert taking.losses == [Loss(400, 500)]


def test_port_that_does_not_come_back_is_an_error(tmp_path: Path) -> None:
    with FakeBoard(lambda board, command: None) as board, Link(board.port) as link:
        begun = time.monotonic()
        board.unplug()
        with pytest.raises(LinkError):
            link.reopen(0.5, find=lambda: str(tmp_path / "never"))
        assert time.monotonic() - begun < 4


def test_several_captures_can_begin_together() -> None:
    order: list[str] = []

    def answer(name: str) -> Recorder:
        def send(board: FakeBoard, take: int, wanted: int) -> None:
            order.append(name)
            board.raw(b"".join(audio(board, take, number) for number in range(16)) + end(board, take))

        return Recorder(send)

    with linked(answer("a")) as (_, one), linked(answer("b")) as (_, two):
        both = [capture(one, "pcm16", SECONDS), capture(two, "pcm16", SECONDS)]
        for taking in both:
            taking.start()
        assert order == ["a", "b"]
        for taking in both:
            check_places(list(taking))
