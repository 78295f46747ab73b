"""How a board hangs on this machine, and how its user is told what to do: what a flasher is given beside the board."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firmware_tools.boards.spec import BoardSpec, list_boards
from firmware_tools.flashers.drives import mounted_drives
from firmware_tools.link.serial_link import SerialPort, list_ports


def _quiet(line: str) -> None:
    """Tells nobody."""


@dataclass(frozen=True)
class Attached:
    """What is around a board.

    Attributes:
        port: its serial port as a user named it; None: found by its USB identity.
        say: tells its user something, a line.
        ports: the serial ports of this machine, now.
        drives: folders of the drives of this machine, now.
        others: the boards that there are files for.
        wait_s: how long to wait for what a person must do, such as holding BOOTSEL.
        back_s: how long to wait for what a board must do by itself.
    """

    port: str | None = None
    say: Callable[[str], None] = _quiet
    ports: Callable[[], list[SerialPort]] = list_ports
    drives: Callable[[], list[Path]] = mounted_drives
    others: Callable[[], list[BoardSpec]] = list_boards
    wait_s: float = 60.0
    back_s: float = 20.0
