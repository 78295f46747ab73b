"""Where an emulated board keeps its flash while it is off."""

from __future__ import annotations

from pathlib import Path

from firmware_tools.boards.spec import BoardSpec

FLASH_FILE = "flash.bin"
SYMBOL_FILE = "flash.elf"


def default_state_dir(board: BoardSpec) -> Path:
    """Where an emulated board keeps its flash while it is off: ``.kws/boards/<name>`` below the working folder."""
    return Path(".kws") / "boards" / board.name
