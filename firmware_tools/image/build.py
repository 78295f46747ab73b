"""A firmware image: compiled, linked, and every byte of it accounted for.

An image is an app (``firmware/apps/<app>.c``), the portable sources (``firmware/src``), the board's port
(``firmware/ports/<port>``) and whatever was generated for it. Functions that nothing calls are dropped by the linker.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_tools.atomic import write_bytes, write_text
from firmware_tools.boards.spec import BoardSpec
from firmware_tools.errors import FirmwareError
from firmware_tools.firmware import FIRMWARE_DIR, INCLUDE_DIR, SOURCE_DIR
from firmware_tools.image.elf import Elf, read_elf
from firmware_tools.image.finish import finished
from firmware_tools.toolchain.compile import compile_arm

LIBC_DIR = FIRMWARE_DIR / "libc"

LARGEST_SHOWN = 5
LONGEST_BYTES = 16 << 20  # of a memory in the linker scripts, so that an image that does not fit still links


@dataclass(frozen=True)
class FirmwareImage:
    """A linked image.

    Attributes:
        flash_bytes: what is stored: vectors, code, constants, first values of variables.
        ram_bytes: variables and the reserved stack.
        stack_bytes: of these, the stack.
        sections: bytes of each section.
        by_symbol: bytes of each function and object, largest first.
        sha256: of the flat binary.
    """

    app: str
    board: str
    elf: Path
    bin: Path
    flash_bytes: int
    ram_bytes: int
    stack_bytes: int
    sections: dict[str, int]
    by_symbol: dict[str, int]
    sha256: str

    def to_dict(self) -> dict[str, Any]:
        """What ``size.json`` holds."""
        return {
            "app": self.app,
            "board": self.board,
            "flash_bytes": self.flash_bytes,
            "ram_bytes": self.ram_bytes,
            "stack_bytes": self.stack_bytes,
            "sections": self.sections,
            "by_symbol": self.by_symbol,
            "sha256": self.sha256,
        }


def build_image(
    board: BoardSpec,
    app: str | Path,
    generated: Mapping[str, str],
    out_dir: Path,
    *,
    defines: Sequence[str] = (),
    optimise: str = "-O2",
) -> FirmwareImage:
    """Build an app for a board; writes ``<app>.elf``, ``<app>.bin``, ``size.json`` and the generated files.

    Args:
        app: name of a file in ``firmware/apps``, or the path of a C file with a ``main``.
        generated: file name to text; ``.c`` files are compiled, ``.h`` files found by ``#include``.
        out_dir: made when missing.
        defines: ``NAME`` or ``NAME=VALUE`` for every source.

    Raises:
        FirmwareError: no such app, the board's port refuses a setting of its file, the compiler or linker refuses, or
            the image does not fit the board (with what weighs most).
    """
    source = app if isinstance(app, Path) else FIRMWARE_DIR / "apps" / f"{app}.c"
    if not source.is_file():
        known = ", ".join(sorted(path.stem for path in (FIRMWARE_DIR / "apps").glob("*.c")))
        raise FirmwareError("no such firmware app", str(app), f"use one of: {known}")
    folders = board.family.folders
    out_dir.mkdir(parents=True, exist_ok=True)
    for name, text in generated.items():
        write_text(out_dir / name, text)
    script = out_dir / f"{source.stem}.ld"
    write_text(script, linker_script(board))
    elf_path = out_dir / f"{source.stem}.elf"
    try:
        compile_arm(
            board.core,
            [
                source,
                *sorted(SOURCE_DIR.glob("*.c")),
                *(file for folder in folders for file in sorted((*folder.glob("*.c"), *folder.glob("*.S")))),
                *(out_dir / name for name in sorted(generated) if name.endswith(".c")),
            ],
            include_dirs=(INCLUDE_DIR, LIBC_DIR, *folders, out_dir),
            linker_script=script,
            out_elf=elf_path,
            defines=(*board_defines(board), *defines),
            optimise=optimise,
        )
    except FirmwareError as error:
        raise _of_the_board(board, error) from None
    return _account(board, source.stem, elf_path)


def _of_the_board(board: BoardSpec, error: FirmwareError) -> FirmwareError:
    """The error of a port's own ``#error "..."``, which says what is wrong with the board's file; others stay."""
    said = re.search(r'^(.*?):\d+:\d+: error: "(.+)"$', error.remedy)
    if said is None or not any(Path(said[1]).is_relative_to(folder) for folder in board.family.folders):
        return error
    return FirmwareError(f"board {board.name} cannot be built from its file", None, said[2])


def linker_script(board: BoardSpec) -> str:
    """``linker.ld`` of the board's port, or of what it shares, with the board's memory filled in."""
    found = [path for folder in board.family.folders if (path := folder / "linker.ld").is_file()]
    text = found[0].read_text(encoding="utf-8")
    values = {
        "FLASH_ORIGIN": board.flash.origin,
        "FLASH_BYTES": board.flash.bytes,
        "RAM_ORIGIN": board.ram.origin,
        "RAM_BYTES": board.ram.bytes,
        "STACK_BYTES": board.stack_bytes,
    }
    for name, value in values.items():
        text = text.replace(f"@{name}@", f"{value:#x}")
    return text


def board_defines(board: BoardSpec) -> tuple[str, ...]:
    """What a port is told of its board."""
    return (
        f'KWS_BOARD_NAME="{board.name}"',
        f"KWS_CLOCK_HZ={board.clock_hz}u",
        f"KWS_BAUD={board.baud}u",
        *board.microphone.defines("KWS_MIC"),
        *board.serial.defines("KWS_SERIAL"),
        *board.oscillator.defines("KWS_OSCILLATOR"),
    )


def _account(board: BoardSpec, app: str, elf_path: Path) -> FirmwareImage:
    elf = read_elf(elf_path)
    content = finished(elf.flat(board.flash.origin), board.family.finish)
    in_ram = [section for section in elf.sections if not _in_flash(board, section.address)]
    image = FirmwareImage(
        app=app,
        board=board.name,
        elf=elf_path,
        bin=elf_path.with_suffix(".bin"),
        flash_bytes=len(content),
        ram_bytes=sum(section.bytes for section in in_ram),
        stack_bytes=sum(section.bytes for section in elf.sections if section.name == ".stack"),
        sections={section.name: section.bytes for section in elf.sections},
        by_symbol=_by_symbol(elf),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    # With what lies between sections: a ring that a DMA fills is aligned to its own size.
    ram_end = max((section.address + section.bytes for section in in_ram), default=board.ram.origin)
    _check_fits(board, image, max(image.ram_bytes, ram_end - board.ram.origin))
    write_bytes(image.bin, content)
    write_text(elf_path.parent / "size.json", json.dumps(image.to_dict(), indent=1) + "\n")
    return image


def _in_flash(board: BoardSpec, address: int) -> bool:
    """Whether that is a place in flash; code that is copied to RAM, and RAM below flash, are none."""
    flash, ram = board.flash, board.ram
    end = flash.origin + LONGEST_BYTES
    return flash.origin <= address < (end if flash.origin > ram.origin else min(end, ram.origin))


def _by_symbol(elf: Elf) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for symbol in elf.symbols:
        if symbol.bytes > 0:
            sizes[symbol.name] = sizes.get(symbol.name, 0) + symbol.bytes
    return dict(sorted(sizes.items(), key=lambda item: (-item[1], item[0])))


def _check_fits(board: BoardSpec, image: FirmwareImage, ram_bytes: int) -> None:
    for what, used, limit in (
        ("flash", image.flash_bytes, board.flash.bytes),
        ("RAM", ram_bytes, board.ram.bytes),
    ):
        if used > limit:
            largest = ", ".join(f"{name} {size}" for name, size in list(image.by_symbol.items())[:LARGEST_SHOWN])
            raise FirmwareError(
                f"image {image.app} does not fit {board.name}",
                f"{used} of {limit} bytes of {what}",
                f"largest: {largest}",
            )
