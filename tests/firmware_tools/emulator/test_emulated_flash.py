"""Flashing: what is written is what was built, or nothing is written."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest

from firmware_tools.boards.spec import load_board
from firmware_tools.emulator.storage import FLASH_FILE, SYMBOL_FILE
from firmware_tools.errors import BoardError, FirmwareError
from firmware_tools.flashers.find import flasher_for

BOARD = load_board("emulated")


def test_image_and_its_symbols_reach_the_flash(tmp_path: Path) -> None:
    image = tmp_path / "app.bin"
    image.write_bytes(b"\1\2\3" * 100)
    image.with_suffix(".elf").write_bytes(b"\x7fELF")
    state = tmp_path / "state"
    report = flasher_for(BOARD, state_dir=state).flash(image)
    assert (report.bytes, report.sha256) == (300, hashlib.sha256(image.read_bytes()).hexdigest())
    assert (state / FLASH_FILE).read_bytes() == image.read_bytes()
    assert (state / SYMBOL_FILE).read_bytes() == b"\x7fELF"
    other = tmp_path / "other.bin"
    other.write_bytes(b"x")
    flasher_for(BOARD, state_dir=state).flash(other)
    assert not (state / SYMBOL_FILE).exists()  # symbols of another image would mislead


@pytest.mark.parametrize(
    ("content", "message"), [(None, "cannot be read"), (b"", "empty"), (bytes(262_145), "262145 of 262144 bytes")]
)
def test_bad_image_leaves_the_old_one(tmp_path: Path, content: bytes | None, message: str) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / FLASH_FILE).write_bytes(b"old")
    image = tmp_path / "app.bin"
    if content is not None:
        image.write_bytes(content)
    with pytest.raises(FirmwareError, match=message):
        flasher_for(BOARD, state_dir=state).flash(image)
    assert (state / FLASH_FILE).read_bytes() == b"old"


def test_unknown_flasher_is_named() -> None:
    with pytest.raises(BoardError, match=r"unknown flasher: 'jtag'.*emulated"):
        flasher_for(dataclasses.replace(BOARD, flasher="jtag"))
