"""Probes whose drive writes what is copied to it: ST-LINK and DAPLink, and what they say in FAIL.TXT."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_flashing import CONTENT, Desk, board_of, image_in, runs

from firmware_tools.boards.spec import load_board
from firmware_tools.errors import BoardError
from firmware_tools.flashers.find import flasher_for
from firmware_tools.link.serial_link import SerialPort

BOARD = board_of("drive", {"drive": "DIS_L4IOT"}, usb_ids=["0483:374b"])


class Probe:
    """Takes the file when it is whole, then shows its drive anew; ``fail`` is what it writes into FAIL.TXT."""

    def __init__(self, drive: Path, name: str, whole: Callable[[bytes], bool], fail: str = "") -> None:
        drive.mkdir()
        (drive / "DETAILS.TXT").write_text("Version: 0221")
        self._file, self._whole, self._fail = drive / name, whole, fail
        self.taken = b""
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Probe:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(5)

    def _watch(self) -> None:
        end = time.monotonic() + 4
        while time.monotonic() < end:
            time.sleep(0.01)
            if self._file.exists() and self._whole(content := self._file.read_bytes()):
                self.taken = content
                if self._fail:
                    (self._file.parent / "FAIL.TXT").write_text(self._fail)
                self._file.unlink()
                return


def test_the_image_is_copied_and_the_board_answers_on_the_probes_port(tmp_path: Path) -> None:
    drive = tmp_path / "DIS_L4IOT"
    with Probe(drive, "kws.bin", lambda content: content == CONTENT) as probe, runs(CONTENT) as board:
        desk = Desk(SerialPort(board.port, "STLINK", "0483:374b", "0667"), drives=(drive,))
        report = flasher_for(BOARD, attached=desk.attached()).flash(image_in(tmp_path))
    assert probe.taken == CONTENT and report.port == board.port


def test_a_probe_that_wants_hex_gets_hex(tmp_path: Path) -> None:
    drive = tmp_path / "MICROBIT"
    board_file = board_of("drive", {"drive": "MICROBIT", "format": "hex"})
    with Probe(drive, "kws.hex", lambda content: content.endswith(b":00000001FF\n")), runs(CONTENT) as board:
        desk = Desk(SerialPort(board.port, "DAPLink", "2e8a:000a"), drives=(drive,))
        assert flasher_for(board_file, attached=desk.attached()).flash(image_in(tmp_path)).port == board.port


def test_what_the_probe_says_in_fail_txt_is_told(tmp_path: Path) -> None:
    drive = tmp_path / "DIS_L4IOT"
    fail = "The interface firmware FAILED to reset/halt the target MCU\r\n"
    with Probe(drive, "kws.bin", lambda content: content == CONTENT, fail):
        desk = Desk(drives=(drive,))
        with pytest.raises(
            BoardError, match=r"probe could not write fake: 'The interface firmware FAILED.*half-written"
        ):
            flasher_for(BOARD, attached=desk.attached()).flash(image_in(tmp_path))


def test_an_old_fail_txt_is_not_taken_for_this_one(tmp_path: Path) -> None:
    drive = tmp_path / "DIS_L4IOT"
    with Probe(drive, "kws.bin", lambda content: content == CONTENT), runs(CONTENT) as board:
        (drive / "FAIL.TXT").write_text("yesterday")
        desk = Desk(SerialPort(board.port, "STLINK", "0483:374b"), drives=(drive,))
        assert flasher_for(BOARD, attached=desk.attached()).flash(image_in(tmp_path)).port == board.port


def test_the_same_fail_txt_again_is_believed_when_the_board_does_not_answer(tmp_path: Path) -> None:
    drive, fail = tmp_path / "DIS_L4IOT", "The flash is locked."
    with Probe(drive, "kws.bin", lambda content: content == CONTENT, fail), runs(b"another") as board:
        (drive / "FAIL.TXT").write_text(fail)
        desk = Desk(SerialPort(board.port, "STLINK", "0483:374b"), drives=(drive,))
        words = r"probe could not write fake: 'The flash is locked.'. so FAIL.TXT says, and board runs another image"
        with pytest.raises(BoardError, match=words):
            flasher_for(BOARD, attached=desk.attached(back_s=1.0)).flash(image_in(tmp_path))


def test_a_board_behind_a_probe_is_heard_on_the_probes_port(tmp_path: Path) -> None:
    nucleo, drive = load_board("nucleo_f411re"), tmp_path / "NODE_F411RE"
    with (
        Probe(drive, "kws.bin", lambda content: content == CONTENT),
        pytest.raises(BoardError, match="name its probe's serial port"),
    ):
        flasher_for(nucleo, attached=Desk(drives=(drive,)).attached(back_s=0.5)).flash(image_in(tmp_path))


@pytest.mark.parametrize(
    ("names", "words"),
    [([], "plug it in, and mount its drive DIS_L4IOT"), (["DIS_L4IOT", "DIS_L4IOT1"], "several drives could be fake")],
)
def test_no_drive_or_too_many(tmp_path: Path, names: list[str], words: str) -> None:
    drives: Any = tuple(tmp_path / name for name in names)
    for drive in drives:
        drive.mkdir()
    with pytest.raises(BoardError, match=words):
        flasher_for(BOARD, attached=Desk(drives=drives).attached(wait_s=0.1)).flash(image_in(tmp_path))


def test_the_plan(tmp_path: Path) -> None:
    steps = flasher_for(BOARD, attached=Desk().attached()).steps(image_in(tmp_path))
    assert steps[1:4] == [
        "wait for the drive DIS_L4IOT, up to 2 s",
        "copy 10,503 bytes as kws.bin to DIS_L4IOT",
        "look for FAIL.TXT on it",
    ]


def test_a_probe_may_have_called_its_drive_otherwise_in_an_older_version(tmp_path: Path) -> None:
    nucleo = load_board("nucleo_f411re")
    for name in ("NODE_F411RE", "NOD_F411RE"):
        (tmp_path / name).mkdir()
        desk = Desk(drives=(tmp_path / name,))
        assert f"to {tmp_path / name}" in flasher_for(nucleo, attached=desk.attached()).steps(image_in(tmp_path))[1]
    steps = flasher_for(nucleo, attached=Desk().attached()).steps(image_in(tmp_path))
    assert steps[1] == "wait for the drive NODE_F411RE or NOD_F411RE, up to 2 s"


def test_a_format_that_no_probe_takes() -> None:
    with pytest.raises(BoardError, match="one of bin, hex"):
        flasher_for(board_of("drive", {"drive": "X", "format": "elf"}))
