"""The serial link over a real pseudo-terminal: answers, silence, noise, a port that vanishes."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest
from fake_board import HELLO_PAYLOAD, FakeBoard

from firmware_tools.errors import LinkError, ProtocolError
from firmware_tools.link.serial_link import Link, PortGoneError, SerialPort, list_ports
from firmware_tools.protocol.frames import BoardCode, Decoder, Frame, Type, encode
from firmware_tools.protocol.replies import CommandRefusedError, ack_value


def polite(board: FakeBoard, command: Frame) -> None:
    if command.type == Type.HELLO:
        board.reply(command, Type.REPLY_HELLO, HELLO_PAYLOAD)
    else:
        board.ack(command, 42)


def test_hello_is_read() -> None:
    with FakeBoard(polite) as board, Link(board.port) as link:
        hello = link.hello()
    assert (hello.app, hello.board, hello.build, hello.labels) == (
        "recorder",
        "fake",
        "cafe",
        ("_silence_", "_unknown_", "go"),
    )
    assert (hello.sample_rate_hz, hello.clock_hz, hello.clip_frames, hello.threshold_int8) == (
        16_000,
        64_000_000,
        49,
        77,
    )


def test_boot_text_and_a_reset_at_opening_do_not_matter() -> None:
    asked = 0

    def resetting(board: FakeBoard, command: Frame) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            board.raw(b"ets Jul 29 2019\r\nrst:0x1 (POWERON_RESET)\r\n")  # and the command is lost
        else:
            polite(board, command)

    with FakeBoard(resetting) as board, Link(board.port) as link:
        assert link.hello().app == "recorder"
        assert link.counters.garbage_bytes > 30


def test_events_before_the_reply_are_kept_in_order() -> None:
    def chatty(board: FakeBoard, command: Frame) -> None:
        board.send(Type.EVENT_AUDIO, b"1")
        board.send(Type.EVENT_AUDIO, b"2")
        board.ack(command, 7)
        board.send(Type.EVENT_AUDIO, b"3")

    with FakeBoard(chatty) as board, Link(board.port) as link:
        assert ack_value(link.request(Type.STOP)) == 7
        assert [frame.payload for frame in link.frames(0.2)] == [b"1", b"2", b"3"]


def test_lost_reply_is_asked_for_again_with_the_same_sequence() -> None:
    def deaf_at_first(board: FakeBoard, command: Frame) -> None:
        if len(board.commands) == 2:
            board.ack(command, 1)

    with FakeBoard(deaf_at_first) as board, Link(board.port) as link:
        assert ack_value(link.request(Type.STOP, timeout_s=0.1)) == 1
        assert board.commands[0] == board.commands[1]


def test_reply_to_another_command_is_not_taken() -> None:
    def stale(board: FakeBoard, command: Frame) -> None:
        board.ack(Frame(command.type, (command.sequence - 1) & 0xFFFF), 111)
        board.ack(command, 222)

    with FakeBoard(stale) as board, Link(board.port) as link:
        assert ack_value(link.request(Type.STOP)) == 222


def test_refusal_names_command_and_reason() -> None:
    with (
        FakeBoard(lambda board, command: board.nak(command, BoardCode.COMMAND)) as board,
        Link(board.port) as link,
        pytest.raises(CommandRefusedError, match=r"RECORD.*command.*flash the other app") as refused,
    ):
        link.request(Type.RECORD, bytes(4))
        assert refused.value.code == BoardCode.COMMAND


def test_silent_board_is_an_error_in_time() -> None:
    begun = time.monotonic()
    with (
        FakeBoard(lambda board, command: None) as board,
        Link(board.port) as link,
        pytest.raises(LinkError, match="no answer to HELLO"),
    ):
        link.hello(timeout_s=1.0)
    assert time.monotonic() - begun < 4


def test_wrong_rate_is_suspected_when_only_garbage_comes() -> None:
    def garbled(board: FakeBoard, command: Frame) -> None:
        board.raw(b"\xf0\x9e\x00\x1c\xfe" * 10)

    with (
        FakeBoard(garbled) as board,
        Link(board.port) as link,
        pytest.raises(ProtocolError, match="line rate is 921600"),
    ):
        link.hello(timeout_s=0.6)


def test_missing_port_is_named() -> None:
    with pytest.raises(LinkError, match=r"serial port not found: '/dev/kws-none'"):
        Link("/dev/kws-none")


def test_port_in_use_is_busy() -> None:
    with FakeBoard(polite) as board, Link(board.port), pytest.raises(LinkError, match="busy"):
        Link(board.port)


def test_file_that_is_no_port_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("not a port")
    with pytest.raises(LinkError, match="cannot be opened"):
        Link(str(path))


def test_vanishing_port_is_noticed_while_waiting_and_while_sending() -> None:
    with (
        FakeBoard(lambda board, command: board.unplug()) as board,
        Link(board.port) as link,
        pytest.raises(PortGoneError, match="vanished"),
    ):
        link.request(Type.STOP)
        with pytest.raises(PortGoneError, match="vanished"):
            link.request(Type.STOP)


def test_unreadable_hello_is_a_protocol_error() -> None:
    def short(board: FakeBoard, command: Frame) -> None:
        board.reply(command, Type.REPLY_HELLO, HELLO_PAYLOAD[:9])

    with FakeBoard(short) as board, Link(board.port) as link, pytest.raises(ProtocolError, match="hello"):
        link.hello()


def test_ports_are_listed_with_what_is_known_of_them() -> None:
    assert all(port.device for port in list_ports())
    assert str(SerialPort("/dev/ttyACM0", "Nano 33 BLE", "2341:805a")) == "/dev/ttyACM0 (Nano 33 BLE, 2341:805a)"
    assert str(SerialPort("/dev/ttyS0", "n/a", "")) == "/dev/ttyS0"


def test_a_board_behind_a_socket_is_as_good_as_one_on_a_wire() -> None:
    """An emulator's port, or a board on another machine: frames longer than a read come whole, and the end is told."""
    listener = socket.create_server(("127.0.0.1", 0))
    payload = bytes(range(256)) * 4

    def serve() -> None:
        line, _ = listener.accept()
        command = Decoder().feed(line.recv(4096))[0]
        head = bytes([command.type]) + command.sequence.to_bytes(2, "little")
        line.sendall(encode(Frame(Type.REPLY_ACK, 0, head + (7).to_bytes(4, "little"))))
        line.sendall(b"".join(encode(Frame(Type.EVENT_AUDIO, n, payload)) for n in range(1, 21)))
        line.close()

    server = threading.Thread(target=serve)
    server.start()
    with listener, Link(f"socket://127.0.0.1:{listener.getsockname()[1]}") as link:
        assert ack_value(link.request(Type.STOP)) == 7
        assert [link.receive(1.0) for _ in range(20)] == [Frame(Type.EVENT_AUDIO, n, payload) for n in range(1, 21)]
        with pytest.raises(PortGoneError, match="serial port vanished"):
            link.receive(1.0)
    server.join()


def test_a_port_that_only_loops_back_opens_and_is_silent() -> None:
    with Link("loop://") as link, pytest.raises(LinkError, match="no answer to HELLO"):
        link.hello(timeout_s=0.6)


@pytest.mark.parametrize("url", ["socket://127.0.0.1:1", "nonsense://here"])
def test_an_address_that_leads_nowhere_is_told_in_a_line(url: str) -> None:
    with pytest.raises(LinkError, match=f"serial port .*{url}"):
        Link(url)
