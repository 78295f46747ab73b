"""A port that a user names and that is not there: told at once, unless a drive is waited for anyway."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fake_flashing import CONTENT, Desk, Uf2Drive, board_of, image_in, runs

from firmware_tools.errors import BoardError
from firmware_tools.flashers.find import flasher_for
from firmware_tools.link.serial_link import SerialPort

UF2 = board_of("uf2", {"family": "rp2040", "drive": "RPI-RP2"})
GONE = "/dev/ttyNONE"


@pytest.mark.parametrize(
    ("flasher", "loader"),
    [
        ("samba", {"usb_ids": ["2341:005a"], "touch": True}),
        ("esptool", {"chip": "esp32c3"}),
        ("nrfutil", {}),
        ("pyocd", {"target": "nrf52840"}),
        ("openocd", {"config": ["a.cfg"]}),
    ],
)
def test_without_a_drive_to_wait_for_it_is_told_at_once(
    tmp_path: Path, flasher: str, loader: Mapping[str, Any]
) -> None:
    desk = Desk(SerialPort("/dev/ttyUSB0", "CP2102", "10c4:ea60"))
    begun = time.monotonic()
    for call in (lambda one: one.look(), lambda one: one.flash(image_in(tmp_path))):
        with pytest.raises(BoardError) as error:
            call(flasher_for(board_of(flasher, dict(loader)), attached=desk.attached(GONE, wait_s=60.0)))
        assert str(error.value) == (
            "port of fake is not there: '/dev/ttyNONE'. nothing was written; the ports here: "
            "/dev/ttyUSB0 (CP2102, 10c4:ea60); name one of them, or plug it in"
        )
    assert time.monotonic() - begun < 2.0 and desk.said == []


def test_without_any_port_there_is_none_to_name() -> None:
    with pytest.raises(BoardError, match="no port is here: plug it in"):
        flasher_for(board_of("esptool", {"chip": "esp32c3"}), attached=Desk().attached(GONE)).look()


def test_where_the_board_runs_on_another_port_no_drive_is_waited_for() -> None:
    desk = Desk(SerialPort("/dev/ttyACM0", "Pico", "2e8a:000a"))
    with pytest.raises(BoardError, match=r"/dev/ttyACM0 .Pico, 2e8a:000a.; name one of them"):
        flasher_for(UF2, attached=desk.attached(GONE)).look()


@pytest.mark.parametrize(
    ("board", "words"),
    [
        (UF2, "hold BOOTSEL while plugging it in; waiting for the drive RPI-RP2, up to 60 s"),
        (
            board_of("drive", {"drive": "DIS_L4IOT"}),
            "plug it in, and mount its drive DIS_L4IOT; waiting for the drive DIS_L4IOT, up to 60 s",
        ),
    ],
)
def test_a_drive_that_is_waited_for_is_named_first(board: Any, words: str) -> None:
    desk = Desk()
    flasher_for(board, attached=desk.attached(GONE, wait_s=60.0)).look()
    assert desk.said == [f"fake: {GONE} is not there yet; {words}"]


def test_a_board_in_its_boot_loader_is_flashed_and_found_where_it_comes_back(tmp_path: Path) -> None:
    desk, drive = Desk(), tmp_path / "RPI-RP2"
    with runs(CONTENT) as board:

        def then(_: bytes) -> None:
            desk.on.append(SerialPort(board.port, "Pico", "2e8a:000a", "1"))

        with Uf2Drive(drive, "Model: Raspberry Pi RP2\nBoard-ID: RPI-RP2\n", then):
            desk.mounted.append(drive)
            assert flasher_for(UF2, attached=desk.attached(GONE)).flash(image_in(tmp_path)).port == board.port


def test_devices_that_are_in_no_list_and_urls_are_taken_as_they_are() -> None:
    with runs(CONTENT) as board:
        for name in (board.port, "socket://127.0.0.1:1"):
            flasher_for(board_of("esptool", {"chip": "esp32c3"}), attached=Desk().attached(name)).look()
