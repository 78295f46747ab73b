"""An image as files that other tools take: .elf and .bin as they are, .hex, and .uf2 for boards that take one."""

from __future__ import annotations

import os
from pathlib import Path

from firmware_tools.atomic import write_bytes
from firmware_tools.boards.spec import BoardSpec
from firmware_tools.errors import FirmwareError
from firmware_tools.image.build import FirmwareImage
from firmware_tools.image.intel_hex import to_intel_hex
from firmware_tools.image.uf2 import family_number, to_uf2


def check_folder(folder: Path) -> None:
    """Raise FirmwareError when nothing can be written into ``folder``, there or not: before an image is built."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists() or path.is_symlink())
    if not there.is_dir():
        raise FirmwareError("image cannot be written", str(folder), f"{there} is no folder: name another one")
    if not os.access(there, os.W_OK | os.X_OK):
        raise FirmwareError("image cannot be written", str(folder), f"you may not write into {there}")


def write_for_tools(image: FirmwareImage, board: BoardSpec, folder: Path) -> list[Path]:
    """Write ``<app>.bin``, ``.elf``, ``.hex``, and ``.uf2`` where the board's file names a family; returns the paths.

    Raises:
        FirmwareError: the folder or a file cannot be written; says which files are there.
    """
    content = image.bin.read_bytes()
    files = {
        ".bin": content,
        ".elf": image.elf.read_bytes(),
        ".hex": to_intel_hex(content, board.flash.origin).encode(),
    }
    family = dict(board.loader).get("family")
    if family is not None:
        files[".uf2"] = to_uf2(content, board.flash.origin, family_number(family))
    written: list[Path] = []
    for suffix, data in files.items():
        path = folder / f"{image.app}{suffix}"
        try:
            write_bytes(path, data)
        except OSError as error:
            there = ", ".join(one.name for one in written) or "none"
            raise FirmwareError(
                "image cannot be written", str(path), f"{error.strerror}; files there: {there}"
            ) from None
        written.append(path)
    return written
