"""Success is the board's own word: found under whatever name, and never mixed up with another."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from fake_board import FakeBoard
from fake_flashing import CONTENT, Desk, board_of, image_in, runs

from firmware_tools.errors import BoardError, FirmwareError
from firmware_tools.flashers.find import flasher_for
from firmware_tools.flashers.verify import confirm, firmware_id
from firmware_tools.link.attached import attached_port, returned_port, touchable_port
from firmware_tools.link.serial_link import SerialPort

BOARD = board_of("uf2", {"family": "rp2040", "drive": "RPI-RP2", "usb_ids": ["2e8a:0003"]})
OLD = SerialPort("/dev/ttyACM0", "Pico", "2e8a:000a", "E661")


def port_of(board: FakeBoard, serial_number: str = "E661", usb_id: str = "2e8a:000a") -> SerialPort:
    return SerialPort(board.port, "Pico", usb_id, serial_number)


def test_of_two_boards_the_one_with_the_same_serial_number_is_asked() -> None:
    with runs(b"another") as wrong, runs(CONTENT) as right:
        desk = Desk(port_of(wrong, "1234"), port_of(right))
        assert confirm(BOARD, CONTENT, desk.attached(), OLD).port == right.port


def test_a_board_that_had_no_port_is_the_one_that_is_new() -> None:
    with runs(b"another") as wrong, runs(CONTENT) as right:
        desk = Desk(port_of(wrong, "1234"), port_of(right))
        assert confirm(BOARD, CONTENT, desk.attached(), None, [port_of(wrong, "1234")]).port == right.port


def test_a_port_that_is_no_usb_port_keeps_its_name() -> None:
    with runs(CONTENT) as board:
        assert confirm(BOARD, CONTENT, Desk().attached(), SerialPort(board.port, "", "")).hello.app == "recorder"


def test_a_board_that_comes_back_late_and_silent_at_first() -> None:
    desk = Desk()
    with runs(CONTENT) as board:
        threading.Timer(0.4, lambda: desk.on.append(port_of(board))).start()
        begun = time.monotonic()
        assert confirm(BOARD, CONTENT, desk.attached(), OLD).port == board.port
        assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"old", "fake", r"board runs another image: 'recorder \w{8} for fake'.*was not taken"),
        (CONTENT, "pico", r"another board answers: 'recorder \w{8} for pico'.*name its port with --port"),
    ],
)
def test_a_board_that_answers_with_something_else(content: bytes, name: str, words: str) -> None:
    with runs(content, name) as board, pytest.raises(FirmwareError, match=words):
        confirm(BOARD, CONTENT, Desk(port_of(board)).attached(back_s=0.2), OLD)


def test_a_board_that_cannot_tell_its_image_is_not_believed() -> None:
    from fake_flashing import hello_of

    from firmware_tools.protocol.frames import Frame, Type

    silent = hello_of(CONTENT)[:14] + bytes(4) + hello_of(CONTENT)[18:]

    def answer(one: FakeBoard, command: Frame) -> None:
        one.reply(command, Type.REPLY_HELLO, silent)

    with FakeBoard(answer) as board, pytest.raises(FirmwareError, match="of no known image"):
        confirm(BOARD, CONTENT, Desk(port_of(board)).attached(back_s=0.2), OLD)


def test_each_state_that_a_board_can_be_lost_in_is_told_apart() -> None:
    with pytest.raises(
        BoardError,
        match=r"has not come back after flashing.*all 10503 bytes were written.*name the new port.*kws doctor",
    ):
        confirm(BOARD, CONTENT, Desk().attached(back_s=0.1), OLD)
    loader = SerialPort("/dev/ttyACM7", "loader", "2e8a:0003", "E661")
    with pytest.raises(BoardError, match=r"waits in its boot loader.*/dev/ttyACM7 is still its boot loader"):
        confirm(BOARD, CONTENT, Desk(loader).attached(back_s=0.1), OLD)
    with FakeBoard(lambda one, command: None) as board:
        desk = Desk(port_of(board))
        with pytest.raises(BoardError, match=r"does not answer after flashing.*no answer to HELLO.*press reset"):
            confirm(BOARD, CONTENT, desk.attached(back_s=0.1), OLD)


def test_a_port_that_may_not_be_opened_says_who_may(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match=r"serial port not found|may not be opened"):
        confirm(BOARD, CONTENT, Desk().attached(back_s=0.1), SerialPort(str(tmp_path / "none"), "", ""))


def test_another_board_on_the_named_port_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    nano = board_of("samba", {"usb_ids": ["2341:005a"]}, name="nano", usb_ids=["2341:805a"])
    desk = Desk(SerialPort("/dev/ttyACM0", "Nano", "2341:805a"))
    flasher = flasher_for(BOARD, attached=desk.attached("/dev/ttyACM0", others=lambda: [BOARD, nano]))
    with pytest.raises(BoardError, match=r"another board than fake is attached.*Nano 33 BLE.*say --board nano"):
        flasher.flash(image_in(tmp_path))
    with pytest.raises(BoardError, match="another board than fake is attached"):
        flasher.steps(image_in(tmp_path))


def test_an_adapter_on_the_named_port_is_the_boards() -> None:
    """A UART board hangs on whatever adapter there is."""
    adapter = SerialPort("/dev/ttyUSB0", "CH340", "1a86:7523")
    assert attached_port(BOARD, "/dev/ttyUSB0", [adapter], [BOARD]) == adapter
    assert attached_port(BOARD, "socket://h:1", [adapter], [BOARD]) == SerialPort("socket://h:1", "", "")


def test_of_two_alike_one_must_be_named() -> None:
    two = [OLD, SerialPort("/dev/ttyACM1", "Pico", "2e8a:000a", "77")]
    with pytest.raises(BoardError, match=r"several boards could be fake: '/dev/ttyACM0 .*name one with --port"):
        attached_port(BOARD, None, two)
    assert attached_port(BOARD, None, [OLD]) == OLD
    assert attached_port(BOARD, None, []) is None
    assert returned_port(BOARD, None, two) is None


def test_the_identity_of_an_image_is_the_boards_own() -> None:
    """CRC-32 as firmware/src/kws_link.c works it out; ``c0ffee`` is 8 digits long, as in HELLO."""
    assert firmware_id(b"123456789") == "cbf43926"
    assert len(firmware_id(os.urandom(9))) == 8


def test_a_board_on_a_uart_is_heard_on_its_adapter_and_touched_on_its_own_port() -> None:
    own = SerialPort("/dev/ttyACM0", "Pico", "2e8a:000a", "E661")
    with runs(CONTENT) as board:
        adapter = SerialPort(board.port, "CH340", "1a86:7523")
        desk = Desk(adapter)  # the board's own port went with its old firmware
        assert confirm(BOARD, CONTENT, desk.attached(), adapter, [adapter, own]).port == board.port
        assert touchable_port(BOARD, adapter, [adapter, own]) == own
    assert touchable_port(BOARD, adapter, [adapter]) is None
    assert touchable_port(BOARD, own, [adapter, own]) == own
    assert touchable_port(BOARD, SerialPort("/dev/pts/9", "", ""), [own]) == SerialPort("/dev/pts/9", "", "")
