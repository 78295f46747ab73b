"""On which port a verb opens a board whose port nobody named: that of the board that is attached, else its emulator."""

from __future__ import annotations

from collections.abc import Sequence

from kws_data.cli.options import say
from kws_data.config.config import Config


def port_here(name: str, port: str | None) -> str | None:
    """The port to open a board on; None for its emulator. Says which of them it is where nobody named a port.

    Args:
        name: of the board, or its file.
        port: that a user named.

    Raises:
        BoardError: nobody knows the board, several could be it, or it waits in its boot loader.
    """
    if port is not None:
        return port
    from firmware_tools.boards.spec import load_board
    from firmware_tools.link.attached import running_port
    from firmware_tools.link.serial_link import list_ports

    board = load_board(name)
    if board.emulated:
        return None
    found = running_port(board, list_ports())
    if found is not None:
        say(f"{board.name}: on {found.device}, found by its USB identity {found.usb_id}")
        return found.device
    if board.emulator:
        say(f"{board.name}: none is attached, {board.emulator} emulates one")
    return None


def with_port_here(config: Config) -> Config:
    """The configuration, on the port of its board where one is attached that an emulator would stand in for.

    A board without an emulator is found when it is opened: its steps stay current whatever its port is called.

    Raises:
        BoardError: as :func:`port_here`.
    """
    from firmware_tools.boards.spec import load_board

    port = port_here(config.device.board, config.device.port)
    if not load_board(config.device.board).emulator:
        return config
    return config.model_copy(update={"device": config.device.model_copy(update={"port": port})})


def check_board(config: Config) -> None:
    """See, before hours of work, that the configuration's board can be reached or emulated.

    Raises:
        BoardError: it is not attached, the port that is named is not there, or its emulator is not installed.
    """
    from firmware_tools.boards.spec import load_board
    from firmware_tools.emulator.power import check_installed
    from firmware_tools.link.session import port_of

    board, port = load_board(config.device.board), config.device.port
    if port is not None:
        check_port(port)
    elif board.emulator:
        check_installed(board)
    else:
        port_of(board)


def check_port(port: str) -> None:
    """Raises BoardError when no port has this name."""
    from firmware_tools.errors import BoardError
    from firmware_tools.link.attached import is_there
    from firmware_tools.link.serial_link import list_ports

    if not is_there(port, list_ports()):
        remedy = "plug the board in with a cable that carries data; kws boards lists the ports there are"
        raise BoardError("there is no such port", port, remedy)


def ports_here(boards: Sequence[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """The same for several boards that are opened together.

    Raises:
        BoardError: as :func:`port_here`; or one board that is attached would be opened twice.
    """
    from firmware_tools.errors import BoardError

    found: list[tuple[str, str | None]] = []
    for name, named in boards:
        port = port_here(name, named)
        if port is not None and port in (there for _, there in found):
            remedy = f"plug the other in, or name the port of each: --board {name}@PORT"
            raise BoardError("one board cannot be recorded twice", f"{name} on {port}", remedy)
        found.append((name, port))
    return found
