"""Powering on a board that is not there, whichever emulator runs it."""

from __future__ import annotations

from pathlib import Path

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.emulator.node import find_node, find_rp2040js
from firmware_tools.emulator.process import BoardProcess


def check_installed(board: BoardSpec) -> None:
    """See, before there is an image to run, that this machine has what the board's emulator needs.

    Raises:
        BoardError: Node or rp2040js is missing.
    """
    if board.emulator == "rp2040js":
        find_node()
        find_rp2040js()


def powered(board: BoardSpec, state_dir: Path, *, realtime: bool = False, mic_ppm: float = 0.0) -> BoardProcess:
    """The board, on inside the block; it runs what ``state_dir`` holds.

    Args:
        board: one with an ``emulator``.
        state_dir: the folder with its flash.
        realtime: it takes a second to record a second.
        mic_ppm: how much too fast its microphone samples, in parts per million.

    Raises:
        BoardError: its emulator is not installed, or cannot run it.
    """
    if board.emulator == "rp2040js":
        from firmware_tools.emulator.rp2040 import Rp2040Board

        return Rp2040Board(board, state_dir, realtime=realtime, mic_ppm=mic_ppm)
    from firmware_tools.emulator.board import EmulatedBoard

    return EmulatedBoard(board, state_dir, realtime=realtime, mic_ppm=mic_ppm)
