"""USB identities, holders of a port, raw bytes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from faulty_port import FaultyPort
from rp2040_boards import needs_rp2040js

from firmware_tools.boards.usb import USB_BOARDS, usb_board
from firmware_tools.link.ports import Holder, holders, may_open, parse_lsof, printable, raw_bytes
from firmware_tools.link.serial_link import SerialPort
from kws_data.doctor import machine as doctor
from kws_data.doctor.findings import Finding


def test_usb_table_is_well_formed_and_knows_common_boards() -> None:
    assert all(re.fullmatch(r"[0-9a-f]{4}:[0-9a-f]{4}", identity) for identity in USB_BOARDS)
    nano, chip, stranger = usb_board("2341:805A"), usb_board("1a86:7523"), usb_board("dead:beef")
    assert nano is not None and "Nano 33 BLE" in nano.name
    assert chip is not None and chip.resets_on_open
    assert stranger is None


def test_boards_are_found_by_usb_id_and_examined(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        gone = str(tmp_path / "ttyACM0")
        ports = [
            SerialPort(gone, "nano", "2341:005a"),
            SerialPort("/dev/ttyUSB0", "", "10c4:ea60"),
            SerialPort("/dev/ttyS0", "", ""),
        ]
        patch.setattr(doctor, "_usb_ports", lambda: ports)
        patch.setattr(doctor, "_emulated", lambda *_: iter(()))
        found: list[Finding] = list(doctor._boards("emulated", None, None, 1.0))
    assert [finding.mark for finding in found] == ["note", "FAIL", "note", "ok"]
    assert "bootloader" in found[0].remedy and "not there" in found[1].found
    assert "kws doctor --port /dev/ttyUSB0" in found[2].remedy  # may be a printer: not opened unasked


def test_holders_are_other_processes_only() -> None:
    with FaultyPort() as line:
        mine = os.open(line.port, os.O_RDWR | os.O_NOCTTY)
        try:
            assert holders(line.port) == []
        finally:
            os.close(mine)
        assert may_open(line.port)


def test_output_of_lsof() -> None:
    assert parse_lsof("p12\ncscreen\np99\nckws\n", 99) == [Holder(12, "screen")]
    assert parse_lsof("", 1) == []


def test_raw_bytes_and_what_is_text() -> None:
    with FaultyPort(on_open=lambda: b"rst:0x1 (POWERON_RESET)\r\nload:0x3fff0030\r\n") as line:
        content = raw_bytes(line.port, 921_600, 0.5)
    assert printable(content) == "rst:0x1 (POWERON_RESET) load:0x3fff0030"
    assert printable(bytes(range(128, 200))) == "" and printable(b"") == ""
    with FaultyPort() as silent:
        assert raw_bytes(silent.port, 115_200, 0.1) == b""


@pytest.mark.parametrize(
    ("name", "ports", "marks", "words"),
    [
        ("pico", [], ["note", "ok"], "no pico is attached: rp2040js emulates one"),
        ("nano_33_ble_sense", [], ["FAIL"], "no nano_33_ble_sense is attached"),
        ("pico", ["2e8a:000a"], ["ok", "FAIL"], "Raspberry Pi Pico (2e8a:000a)"),
        ("nucleo_f411re", ["0483:374b"], ["ok", "FAIL"], "ST-LINK"),  # as on other boards: the one that was named
        ("pico", ["2e8a:000a", "2e8a:000a"], ["FAIL"], "several boards could be pico"),
    ],
)
def test_a_board_that_is_named_is_found_or_emulated_and_which_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, ports: list[str], marks: list[str], words: str
) -> None:
    found = [SerialPort(str(tmp_path / f"tty{number}"), "", usb_id) for number, usb_id in enumerate(ports)]
    monkeypatch.setattr(doctor, "_usb_ports", lambda: found)
    monkeypatch.setattr(doctor, "_emulated", lambda board, *_: iter([Finding(f"board {board.name}", True, "")]))
    said = list(doctor._boards(name, None, None, 1.0))
    assert [finding.mark for finding in said] == marks and words in said[0].found


@needs_rp2040js
@pytest.mark.slow
def test_the_emulator_of_a_pico_is_flashed_and_examined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_usb_ports", list)
    monkeypatch.setattr("kws_data.doctor.board.SELF_TEST_S", 1.0)
    found = list(doctor._boards("pico", None, None, 1.0))
    assert [finding.what for finding in found] == ["board", "firmware", "self-test, ramp", "self-test, tone"]
    assert all(finding.ok for finding in found) and found[1].values["board"] == "pico"
