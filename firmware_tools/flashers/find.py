"""The flasher of a board, by the name in its file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.errors import BoardError
from firmware_tools.flashers.emulated import EmulatedFlasher
from firmware_tools.flashers.flasher import Flasher

_FLASHERS: dict[str, Callable[[BoardSpec, Path | None], Flasher]] = {"emulated": EmulatedFlasher}


def flasher_for(board: BoardSpec, *, state_dir: Path | None = None) -> Flasher:
    """The flasher that ``board.flasher`` names.

    Args:
        board: the board.
        state_dir: an emulated board's folder; :func:`default_state_dir` when None.

    Raises:
        BoardError: no such flasher.
    """
    make = _FLASHERS.get(board.flasher)
    if make is None:
        raise BoardError(f"board {board.name}: unknown flasher", board.flasher, f"use one of {', '.join(_FLASHERS)}")
    return make(board, state_dir)
