"""SAM-BA against a boot loader on a pseudo-terminal that checks every byte and fails in stated ways."""

from __future__ import annotations

import termios
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fake_flashing import CONTENT, Desk, LoaderLine, board_of, image_in, runs
from samba_loader import SambaLoader

from firmware_tools.errors import BoardError, KwsError
from firmware_tools.flashers.find import flasher_for
from firmware_tools.link.serial_link import SerialPort

LOADER = {"touch": True, "usb_ids": ["2341:005a"]}
BOARD = board_of("samba", LOADER, usb_ids=["2341:805a"])


def on(desk: Desk, loader: SambaLoader) -> None:
    desk.on.append(SerialPort(loader.port, "Nano 33 BLE", "2341:005a", "9F"))


def test_a_board_is_touched_written_page_by_page_and_answers_under_another_name(tmp_path: Path) -> None:
    """App, boot loader and app again: three ports, one serial number."""
    desk = Desk()
    with ExitStack() as stack:

        def then(flash: bytes) -> None:
            desk.on.clear()
            board = stack.enter_context(runs(flash[: len(CONTENT)]))
            desk.on.append(SerialPort(board.port, "Nano 33 BLE", "2341:805a", "9F"))

        loader = stack.enter_context(SambaLoader(then))

        class App(LoaderLine):
            def idle(self) -> None:
                if desk.on and desk.on[0].device == self.port and self.baud() == termios.B1200:
                    desk.on.clear()
                    on(desk, loader)

        app = stack.enter_context(App())
        desk.on.append(SerialPort(app.port, "Nano 33 BLE", "2341:805a", "9F"))
        report = flasher_for(BOARD, attached=desk.attached()).flash(image_in(tmp_path))
        assert loader.flash[: len(CONTENT)] == CONTENT and not loader.wrong
        assert set(loader.flash[len(CONTENT) :]) == {0xFF}
        assert "".join(loader.commands) == "NVIX" + "SYY" * 3 + "ZZZK"
        assert report.port == desk.on[0].device and report.port not in (app.port, loader.port)


def fails(tmp_path: Path, loader: SambaLoader, board: Any = BOARD) -> str:
    desk = Desk()
    with loader:
        on(desk, loader)
        with pytest.raises(KwsError) as error:
            flasher_for(board, attached=desk.attached(back_s=0.3)).flash(image_in(tmp_path))
    assert "\n" not in str(error.value) and not loader.wrong
    return str(error.value)


def test_a_port_that_is_lost_in_the_middle_says_how_far_it_came(tmp_path: Path) -> None:
    line = fails(tmp_path, SambaLoader(dies_at=8_192))
    assert "8192 of 10503 bytes were written: the board stays in its boot loader" in line


def test_a_bit_that_is_wrong_in_flash_is_found_by_the_checksum(tmp_path: Path) -> None:
    line = fails(tmp_path, SambaLoader(spoils=1))
    assert "flash holds something else: 'CRC-16 " in line and "flash again" in line


@pytest.mark.parametrize(
    ("loader", "words"),
    [
        ({"chip": "ATSAMD21G18A"}, "boot loader is for another chip: 'ATSAMD21G18A'. nRF52840-QIAA is wanted"),
        ({"version": "v1.1 [Arduino:I]"}, "boot loader cannot erase and write"),
        ({"deaf_to": "V"}, "does not answer: 'V#'. b'' came; nothing was written"),
        ({"deaf_to": "X"}, "does not answer: 'X00000000#'. b'' came; its flash is erased"),
    ],
)
def test_boot_loaders_that_cannot_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loader: dict[str, str], words: str
) -> None:
    monkeypatch.setattr("firmware_tools.flashers.samba_client._QUICK_S", 0.3)
    monkeypatch.setattr("firmware_tools.flashers.samba_client._LONG_S", 0.3)
    assert words in fails(tmp_path, SambaLoader(**loader))  # type: ignore[arg-type]


def test_a_board_that_does_not_come_back_after_all_was_written(tmp_path: Path) -> None:
    desk = Desk()
    with SambaLoader(lambda flash: desk.on.clear()) as loader:
        on(desk, loader)
        with pytest.raises(
            BoardError, match=r"has not come back after flashing: 'fake'\. all 10503 bytes were written"
        ):
            flasher_for(BOARD, attached=desk.attached(back_s=0.2)).flash(image_in(tmp_path))


def test_a_board_that_falls_back_into_its_boot_loader(tmp_path: Path) -> None:
    """The image crashed at once, or was not taken: the loader's port is there again."""
    desk = Desk()
    with SambaLoader() as loader:
        on(desk, loader)
        with pytest.raises(BoardError, match=r"board waits in its boot loader: 'fake'.*press reset, or flash again"):
            flasher_for(BOARD, attached=desk.attached(back_s=0.2)).flash(image_in(tmp_path))


def test_addresses_count_from_where_applications_start() -> None:
    with pytest.raises(BoardError, match=r"flash\.origin: '0x1000'. whole pages of 4096 bytes from 0x10000 on"):
        flasher_for(board_of("samba", LOADER, flash={"origin": 0x1000, "bytes": 65_536}))


def test_the_plan_names_the_ports(tmp_path: Path) -> None:
    desk = Desk(SerialPort("/dev/ttyACM3", "Nano", "2341:805a"))
    steps = flasher_for(BOARD, attached=desk.attached()).steps(image_in(tmp_path))
    assert steps[1] == "open /dev/ttyACM3 at 1200 baud, so that the boot loader starts"
    assert steps[3] == "there: erase flash from 0x10000 on"
