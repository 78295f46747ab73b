"""UF2 drives: a folder that vanishes when a whole file lies on it, and all that can go wrong with one."""

from __future__ import annotations

import errno
import os
import termios
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fake_board import FakeBoard
from fake_flashing import CONTENT, Desk, LoaderLine, Uf2Drive, board_of, image_in, runs, soon

from firmware_tools.boards.spec import load_board
from firmware_tools.errors import BoardError, FirmwareError, KwsError
from firmware_tools.flashers.find import flasher_for
from firmware_tools.image.uf2 import from_uf2
from firmware_tools.link.serial_link import SerialPort

LOADER = {"family": "rp2040", "board_id": "RPI-RP2", "hold": "hold BOOTSEL while plugging it in"}
INFO = "UF2 Bootloader v3.0\nModel: Raspberry Pi RP2\nBoard-ID: RPI-RP2\n"
BOARD = board_of("uf2", LOADER)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def starts(desk: Desk, stack: ExitStack, usb_id: str = "2e8a:000a") -> Any:
    """What a drive does at its end: the board runs what was copied, on a port of its own."""

    def then(content: bytes) -> None:
        desk.mounted.clear()
        board = stack.enter_context(runs(content[: len(CONTENT)]))
        desk.on.append(SerialPort(board.port, "Pico", usb_id, "E661"))

    return then


def test_a_board_in_its_boot_loader_is_given_the_image_and_answers_with_it(tmp_path: Path, stack: ExitStack) -> None:
    desk = Desk(drives=(tmp_path / "RPI-RP2",))
    with Uf2Drive(tmp_path / "RPI-RP2", INFO, starts(desk, stack)) as drive:
        report = flasher_for(BOARD, attached=desk.attached()).flash(image_in(tmp_path))
    assert drive.taken is not None and drive.taken[: len(CONTENT)] == CONTENT
    assert (report.tool, report.bytes, report.port) == ("uf2", len(CONTENT), desk.on[0].device)
    assert desk.said[-1] == f"fake answers on {report.port}: firmware {report.firmware}"


def test_a_person_is_told_what_to_hold_and_waited_for(tmp_path: Path, stack: ExitStack) -> None:
    desk = Desk()
    drive = tmp_path / "RPI-RP2"

    def plug_in() -> None:
        assert soon(lambda: any("hold BOOTSEL" in line for line in desk.said))
        stack.enter_context(Uf2Drive(drive, INFO, starts(desk, stack)))
        desk.mounted.append(drive)

    person = threading.Thread(target=plug_in)
    person.start()
    report = flasher_for(BOARD, attached=desk.attached()).flash(image_in(tmp_path))
    person.join()
    assert report.port == desk.on[0].device


def test_a_running_board_is_touched_at_1200_baud_first(tmp_path: Path, stack: ExitStack) -> None:
    """Its port vanishes, its drive comes; later it is back under another name."""
    board = board_of("uf2", LOADER | {"touch": True})
    desk = Desk()

    class App(LoaderLine):
        def idle(self) -> None:
            if desk.on and desk.on[0].device == self.port and self.baud() == termios.B1200:
                desk.on.clear()
                stack.enter_context(Uf2Drive(tmp_path / "RPI-RP2", INFO, starts(desk, stack)))
                desk.mounted.append(tmp_path / "RPI-RP2")

    app = stack.enter_context(App())
    desk.on.append(SerialPort(app.port, "Pico", "2e8a:000a", "E661"))
    report = flasher_for(board, attached=desk.attached()).flash(image_in(tmp_path))
    assert report.port == desk.on[0].device != app.port
    assert "1200 baud" in desk.said[0] and not any("hold" in line for line in desk.said)


def fails(tmp_path: Path, desk: Desk, board: Any = BOARD, **waits: float) -> str:
    """The one line of what went wrong."""
    with pytest.raises(KwsError) as error:
        flasher_for(board, attached=desk.attached(**{"wait_s": 0.1, "back_s": 0.3} | waits)).flash(image_in(tmp_path))
    assert "\n" not in str(error.value) and error.value.exit_code == 2
    return str(error.value)


def test_no_drive_at_all(tmp_path: Path) -> None:
    line = fails(tmp_path, Desk(drives=(tmp_path,)))
    assert "board is not in its boot loader: 'fake'. nothing was written; hold BOOTSEL" in line


def test_another_boards_drive_is_left_alone_and_named(tmp_path: Path) -> None:
    (tmp_path / "XIAO").mkdir()
    (tmp_path / "XIAO" / "INFO_UF2.TXT").write_text("Model: Seeed XIAO\nBoard-ID: nRF52840-SeeedXiao-v1\n")
    desk = Desk(drives=(tmp_path / "XIAO",))
    line = fails(tmp_path, desk)
    assert desk.said[0] == f"fake: {tmp_path / 'XIAO'}: nRF52840-SeeedXiao-v1 is another board's drive"  # at once
    assert "another board than fake is attached" in line and "nRF52840-SeeedXiao-v1" in line
    assert "choose the board with --board" in line and not (tmp_path / "XIAO" / "kws.uf2").exists()


def test_two_drives_alike(tmp_path: Path) -> None:
    drives = (tmp_path / "RPI-RP2", tmp_path / "RPI-RP21")
    for drive in drives:
        drive.mkdir()
        (drive / "INFO_UF2.TXT").write_text(INFO)
    assert "several drives could be fake" in fails(tmp_path, Desk(drives=drives))


@pytest.mark.parametrize(
    ("said", "origin", "refused"),
    [
        ("S140 7.3.0", 0x26000, True),
        ("S140 version 6.1.1", 0x26000, False),
        ("not found", 0x27000, True),
        ("not found", 0x1000, False),
    ],
)
def test_an_image_for_another_start_than_the_boards_softdevice_leaves_is_refused(
    tmp_path: Path, said: str, origin: int, refused: bool
) -> None:
    drive = tmp_path / "XIAO-SENSE"
    drive.mkdir()
    (drive / "INFO_UF2.TXT").write_text(f"Board-ID: nRF52840-SeeedXiaoSense-v1\nSoftDevice: {said}\n")
    loader = {"family": "nrf52840", "board_id": "nRF52840-SeeedXiaoSense"}
    board = board_of("uf2", loader, flash={"origin": origin, "bytes": 700_000})
    desk = Desk(drives=(drive,))
    line = fails(tmp_path, desk, board)
    assert (drive / "kws.uf2").exists() != refused
    if refused:
        what = "is missing" if said == "not found" else "is in the way"
        with pytest.raises(FirmwareError, match=f"board's SoftDevice {what}: '{said}'"):
            flasher_for(board, attached=desk.attached()).steps(image_in(tmp_path))
        start = "0x27000" if "7.3.0" in said else "0x1000"
        assert f"board's SoftDevice {what}: '{said}'" in line
        assert f"starts at {origin:#x}" in line and f"at {start}" in line and "nothing was written" in line


def test_the_drive_is_called_as_a_person_sees_it(tmp_path: Path) -> None:
    steps = flasher_for(load_board("xiao_nrf52840_sense"), attached=Desk().attached()).steps(image_in(tmp_path))
    assert "wait for the drive XIAO-SENSE, up to 2 s" in steps


def test_a_drive_that_stays(tmp_path: Path) -> None:
    drive = tmp_path / "RPI-RP2"
    drive.mkdir()
    (drive / "INFO_UF2.TXT").write_text(INFO)
    line = fails(tmp_path, Desk(drives=(drive,)))
    assert "drive has not gone after the copy" in line and "lies on it whole" in line and "eject" in line


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EROFS, "drive is read-only"),
        (errno.ENOSPC, "drive is full"),
        (errno.EACCES, "drive may not be written.*mount it for your user"),
        (errno.EIO, "drive vanished in the middle of the copy.*0 of 21504 bytes.*boot loader"),
        (errno.ENOENT, "drive vanished in the middle of the copy"),
        (errno.ENOTSUP, "drive cannot be written"),
    ],
)
def test_what_a_drive_refuses_is_told_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    drive = tmp_path / "RPI-RP2"
    drive.mkdir()
    (drive / "INFO_UF2.TXT").write_text(INFO)
    plain = Path.open

    def opened(path: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
        if path.name == "kws.uf2" and "w" in mode:
            raise OSError(number, os.strerror(number))
        return plain(path, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(BoardError, match=words):
        flasher_for(BOARD, attached=Desk(drives=(drive,)).attached()).flash(image_in(tmp_path))


def test_a_drive_that_takes_leave_during_the_last_sync_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stack: ExitStack
) -> None:
    """All blocks were handed over, and the board began to run them: only its HELLO tells."""
    desk = Desk(drives=(tmp_path / "RPI-RP2",))

    def gone(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", gone)
    with Uf2Drive(tmp_path / "RPI-RP2", INFO, starts(desk, stack)):
        assert flasher_for(BOARD, attached=desk.attached()).flash(image_in(tmp_path)).port


def test_a_board_that_runs_its_old_image_afterwards_has_not_been_flashed(tmp_path: Path, stack: ExitStack) -> None:
    old: FakeBoard = stack.enter_context(runs(b"old"))
    desk = Desk(drives=(tmp_path / "RPI-RP2",))

    def then(_: bytes) -> None:
        desk.on.append(SerialPort(old.port, "Pico", "2e8a:000a"))

    with (
        Uf2Drive(tmp_path / "RPI-RP2", INFO, then),
        pytest.raises(FirmwareError, match=r"board runs another image: 'recorder .* was not taken"),
    ):
        flasher_for(BOARD, attached=desk.attached(back_s=0.5)).flash(image_in(tmp_path))


def test_an_image_that_does_not_fit_is_not_copied(tmp_path: Path) -> None:
    small = board_of("uf2", LOADER, flash={"origin": 0x10000, "bytes": 4096})
    assert f"{len(CONTENT)} of 4096 bytes" in fails(tmp_path, Desk(), small)


def test_what_would_be_done_is_told_and_not_done(tmp_path: Path) -> None:
    drive = tmp_path / "RPI-RP2"
    drive.mkdir()
    (drive / "INFO_UF2.TXT").write_text(INFO)
    image = image_in(tmp_path)
    away = flasher_for(BOARD, attached=Desk().attached()).steps(image)
    there = flasher_for(BOARD, attached=Desk(drives=(drive,)).attached()).steps(image)
    assert away[1:3] == ["hold BOOTSEL while plugging it in", "wait for the drive RPI-RP2, up to 2 s"]
    assert there[1:3] == [f"copy 21,504 bytes as kws.uf2 to {drive}", f"wait until {drive} vanishes"]
    assert not (drive / "kws.uf2").exists()


def test_a_board_file_must_say_which_drive_is_the_boards() -> None:
    with pytest.raises(BoardError, match="board_id or drive"):
        flasher_for(board_of("uf2", {"family": "rp2040"}))
    with pytest.raises(FirmwareError, match="unknown UF2 family: 'rp2041'"):
        flasher_for(board_of("uf2", {"family": "rp2041", "drive": "RPI-RP2"}))


RP2350 = "UF2 Bootloader v1.0\nModel: Raspberry Pi RP2350\nBoard-ID: RP2350\n"


@pytest.mark.parametrize(
    ("name", "info", "board_id", "mine"),
    [
        ("pico2", RP2350, "RP2350", True),
        ("pico2", INFO, "RPI-RP2", False),
        ("pico", INFO, "RPI-RP2", True),
        ("pico_w", RP2350, "RP2350", False),
        ("nano_rp2040_connect", RP2350, "RP2350", False),
    ],
)
@pytest.mark.parametrize("label", ["RPI-RP2", "RP2350", "stick"])
def test_a_drive_is_known_by_what_it_says_not_by_where_it_is_mounted(
    tmp_path: Path, name: str, info: str, board_id: str, mine: bool, label: str
) -> None:
    drive, board = tmp_path / label, load_board(name)
    drive.mkdir()
    (drive / "INFO_UF2.TXT").write_text(info)
    line = fails(tmp_path, Desk(drives=(drive,)), board)
    assert (drive / "kws.uf2").exists() == mine
    if mine:
        file = from_uf2((drive / "kws.uf2").read_bytes())
        assert (file.family, file.origin) == (0xE48BFF59 if name == "pico2" else 0xE48BFF56, 0x10000000)
        assert "drive has not gone" in line
    else:
        assert f"another board than {name} is attached" in line and f"{drive}: {board_id}" in line
