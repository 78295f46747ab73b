"""Which of this machine's ports a board that runs is on, and opening it there."""

from __future__ import annotations

import pytest
from fake_flashing import CONTENT, board_of, runs

from firmware_tools.boards.spec import load_board
from firmware_tools.errors import BoardError
from firmware_tools.link.attached import running_port
from firmware_tools.link.serial_link import SerialPort
from firmware_tools.link.session import open_board

XIAO, LOADER = SerialPort("/dev/ttyACM0", "XIAO", "2886:8045"), SerialPort("/dev/ttyACM1", "loader", "2886:0045")
OTHER = SerialPort("/dev/ttyUSB0", "CP2102", "10c4:ea60")


def test_a_board_is_found_by_its_identity_and_no_other_is_taken_for_it() -> None:
    board = load_board("xiao_nrf52840_sense")
    assert running_port(board, [OTHER, XIAO]) == XIAO
    assert running_port(board, [OTHER]) is None


def test_two_alike_are_listed() -> None:
    twin = SerialPort("/dev/ttyACM7", "XIAO", "2886:8045")
    with pytest.raises(BoardError, match=r"several boards could be xiao.*ttyACM0.*ttyACM7.*name one with --port"):
        running_port(load_board("xiao_nrf52840_sense"), [XIAO, twin])


def test_a_board_in_its_boot_loader_says_so() -> None:
    with pytest.raises(BoardError, match=r"waits in its boot loader.*ttyACM1.*kws flash --board xiao_nrf52840_sense"):
        running_port(load_board("xiao_nrf52840_sense"), [LOADER])
    assert running_port(load_board("xiao_nrf52840_sense"), [LOADER, XIAO]) == XIAO


def test_a_probe_beside_a_pico_is_not_the_pico() -> None:
    probe, pico = SerialPort("/dev/ttyACM0", "probe", "2e8a:000c"), SerialPort("/dev/ttyACM1", "Pico", "2e8a:000a")
    assert running_port(load_board("pico"), [probe, pico]) == pico
    assert running_port(load_board("pico"), [probe]) == probe  # firmware that speaks over its UART


def test_open_board_opens_a_board_without_emulator_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    nano = load_board("nano_33_ble_sense")
    with runs(CONTENT, nano.name) as there:
        ports = [OTHER, SerialPort(there.port, "Nano", "2341:805a")]
        monkeypatch.setattr("firmware_tools.link.session.list_ports", lambda: ports)
        with open_board(nano) as session:
            assert (session.link.port, session.hello.board) == (there.port, nano.name)
    monkeypatch.setattr("firmware_tools.link.session.list_ports", lambda: [OTHER])
    with pytest.raises(BoardError, match=r"needs a port: 'nano_33_ble_sense'. plug it in"), open_board(nano):
        pass


def test_open_board_leaves_an_attached_board_to_whoever_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A board with an emulator is emulated without a port: the steps of a run depend on no cable."""
    monkeypatch.setattr("firmware_tools.link.session.list_ports", lambda: pytest.fail("ports were looked at"))
    board = board_of("uf2", {"family": "rp2040", "drive": "RPI-RP2"})
    assert board.emulator
    with pytest.raises(BoardError, match="nothing is flashed"), open_board(board):
        pass
