"""The flasher of a board, by the name in its file."""

from __future__ import annotations

from pathlib import Path

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.errors import BoardError
from firmware_tools.flashers.attached import Attached
from firmware_tools.flashers.drive import DriveFlasher
from firmware_tools.flashers.emulated import EmulatedFlasher
from firmware_tools.flashers.esptool import EsptoolFlasher
from firmware_tools.flashers.flasher import Flasher
from firmware_tools.flashers.nrfutil import NrfutilFlasher
from firmware_tools.flashers.on_hardware import HardwareFlasher
from firmware_tools.flashers.openocd import OpenocdFlasher
from firmware_tools.flashers.pyocd import PyocdFlasher
from firmware_tools.flashers.samba import SambaFlasher
from firmware_tools.flashers.uf2 import Uf2Flasher

_ALL: tuple[type[HardwareFlasher], ...] = (
    *(Uf2Flasher, SambaFlasher, EsptoolFlasher, PyocdFlasher, OpenocdFlasher, DriveFlasher, NrfutilFlasher),
)
HARDWARE: dict[str, type[HardwareFlasher]] = {one.tool: one for one in _ALL}


def flasher_for(board: BoardSpec, *, state_dir: Path | None = None, attached: Attached | None = None) -> Flasher:
    """The flasher that ``board.flasher`` names.

    Args:
        board: the board.
        state_dir: folder of a board that an emulator runs, whatever a real one is flashed with; None: one that is
            there, or an emulated board in its :func:`default_state_dir`.
        attached: how a real board hangs on this machine; found by itself when None.

    Raises:
        BoardError: no such flasher.
    """
    if board.flasher == "emulated" or state_dir is not None:
        return EmulatedFlasher(board, state_dir)
    make = HARDWARE.get(board.flasher)
    if make is None:
        names = ", ".join(("emulated", *HARDWARE))
        raise BoardError(f"board {board.name}: unknown flasher", board.flasher, f"use one of {names}")
    return make(board, attached or Attached())
