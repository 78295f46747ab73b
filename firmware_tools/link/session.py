"""A board on the desk, or one that is not there: powered, connected, and known by name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.emulator.storage import FLASH_FILE, default_state_dir
from firmware_tools.errors import BoardError, LinkError
from firmware_tools.link.attached import running_port
from firmware_tools.link.serial_link import Link, PortGoneError, list_ports
from firmware_tools.protocol.replies import BoardHello

if TYPE_CHECKING:
    from firmware_tools.emulator.process import BoardProcess

END_TIMEOUT_S = 2.0
Play = Callable[[NDArray[np.int16]], None]


@dataclass(frozen=True)
class BoardSession:
    """An open board.

    Args:
        board: what kind of board.
        link: its open serial port.
        hello: what it said of itself when it was opened.
        play: gives sound to its microphone, from the next recording's first sample on; None for a board on a desk,
            whose microphone hears the room.
    """

    board: BoardSpec
    link: Link
    hello: BoardHello
    play: Play | None

    @property
    def stranger(self) -> str:
        """A line on the board that answers where another one was named; empty where it is that one, or none was."""
        if self.board.emulated or self.hello.board == self.board.name:
            return ""
        return f"another board than {self.board.name} answers on {self.link.port}: it calls itself {self.hello.board}"

    def require_itself(self) -> None:
        """Make sure that it is the board that was named, whose figures are told.

        Raises:
            BoardError: another one answers.
        """
        if self.stranger:
            remedy = f"{self.board.name} was named: name the port that it is on, or the board that this one is"
            raise BoardError("another board answers", f"{self.hello.board} on {self.link.port}", remedy)

    def require(self, app: str, build: str | None = None) -> None:
        """Make sure that the right firmware runs.

        Raises:
            BoardError: another app, or the same app built from another model bundle.
        """
        if self.hello.app != app:
            raise BoardError(f"board {self.board.name} runs another app", self.hello.app, f"flash the {app} app first")
        if build is not None and self.hello.build != build:
            raise BoardError(
                f"board {self.board.name} holds another model",
                self.hello.build[:12],
                "flash this bundle first: kws flash",
            )


@contextmanager
def open_board(
    board: BoardSpec,
    port: str | None = None,
    state_dir: Path | None = None,
    *,
    realtime: bool = False,
    mic_ppm: float = 0.0,
) -> Iterator[BoardSession]:
    """Power the board on, open its port and ask who it is; everything is let go at the end of the block.

    Args:
        board: the board.
        port: its serial port. None starts its emulator, which runs what was flashed to it; a board that has none is
            found by its USB identity.
        state_dir: the emulated board's folder; ``.kws/boards/<name>`` when None.
        realtime: the emulated board takes a second to record a second.
        mic_ppm: how much too fast the emulated board's microphone samples, in parts per million.

    Raises:
        BoardError: a real board that is not attached, or several of them; an emulated board with nothing in its flash.
        LinkError: the port cannot be opened, or the board does not answer.
    """
    if port is None and not board.emulator:
        port = port_of(board)
    if port is not None:
        with Link(port, board.baud) as link:
            yield BoardSession(board, link, link.hello(), None)
        return
    folder = state_dir or default_state_dir(board)
    if not (folder / FLASH_FILE).is_file():
        raise BoardError("nothing is flashed", str(folder / FLASH_FILE), "flash an app first: kws flash")
    from firmware_tools.emulator.power import powered

    with powered(board, folder, realtime=realtime, mic_ppm=mic_ppm) as emulated:
        try:
            with Link(emulated.port, board.baud) as link:
                yield BoardSession(board, link, link.hello(), emulated.play)
        except LinkError as error:
            reason = _why_it_stopped(emulated) if isinstance(error, PortGoneError) else emulated.failure
            if reason is None:
                raise
            raise BoardError("emulated board failed", reason, "power it on again") from error


def port_of(board: BoardSpec) -> str:
    """The port of a board whose port nobody named, by its USB identity.

    Raises:
        BoardError: it is not attached, several could be it, or it waits in its boot loader.
    """
    found = running_port(board, list_ports())
    if found is None:
        remedy = (
            "plug it in, or name its port: --port PORT, or with a configuration --set device.port=PORT; "
            "kws boards lists the ports there are"
        )
        raise BoardError("board needs a port", board.name, remedy)
    return found.device


def _why_it_stopped(emulated: BoardProcess) -> str | None:
    """Its failure; its port vanishes a moment before its process ends."""
    deadline = time.monotonic() + END_TIMEOUT_S
    while emulated.alive and time.monotonic() < deadline:
        time.sleep(0.01)
    return emulated.failure
