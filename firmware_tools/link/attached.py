"""On which of this machine's ports a board is: before it is flashed, and when it comes back under another name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.boards.usb import usb_board
from firmware_tools.errors import BoardError
from firmware_tools.link.serial_link import SerialPort


def loader_ids(board: BoardSpec) -> tuple[str, ...]:
    """USB identities of the board's boot loader."""
    return tuple(dict(board.loader).get("usb_ids", ()))


def attached_port(
    board: BoardSpec, named: str | None, ports: Sequence[SerialPort], others: Iterable[BoardSpec] = ()
) -> SerialPort | None:
    """The port that the board is on: the one that was named, or the only one with its USB identity; None without one.

    Args:
        board: the board.
        named: what a user calls it: a device or a URL.
        ports: of this machine.
        others: further boards that there are files for; a port that belongs to one of them is refused.

    Raises:
        BoardError: another board is on the named port, or several like this one are plugged in.
    """
    own = {*board.usb_ids, *loader_ids(board)}
    if named is not None:
        found = next((port for port in ports if port.device == named), SerialPort(named, "", ""))
        _refuse_another(board, found, own, others)
        return found
    mine = [port for port in ports if port.usb_id in own]
    if len(mine) > 1:
        names = ", ".join(str(port) for port in mine)
        raise BoardError(f"several boards could be {board.name}", names, "name one with --port")
    return mine[0] if mine else None


def is_there(name: str, ports: Iterable[SerialPort]) -> bool:
    """Whether there is a port of this name: one of ``ports``, another device of this machine, or a URL."""
    return any(port.device == name for port in ports) or "://" in name or Path(name).exists()


def is_file_instead(name: str, ports: Iterable[SerialPort]) -> bool:
    """Whether a name is that of a file or a folder (an empty name: of this one), which no board can be on."""
    plain = not any(port.device == name for port in ports) and "://" not in name
    return plain and (Path(name).is_file() or Path(name).is_dir())


def running_port(board: BoardSpec, ports: Sequence[SerialPort]) -> SerialPort | None:
    """The port of a board that is attached and runs, by its USB identity; None when there is none.

    A board that speaks over its own USB is looked for by that identity first: a probe beside it is none.

    Raises:
        BoardError: several could be it, or it waits in its boot loader.
    """
    serial = board.serial.to_dict()
    speaks = f"{serial['vid']:04x}:{serial['pid']:04x}" if serial["kind"] == "usb" else ""
    own = [port for port in ports if port.usb_id == speaks] if speaks else []
    found = attached_port(board, None, own or [port for port in ports if port.usb_id in board.usb_ids])
    waiting = [port for port in ports if port.usb_id in loader_ids(board)]
    if found is None and waiting:
        remedy = f"flash it: kws flash --board {board.name} --app recorder; or press reset once"
        raise BoardError("board waits in its boot loader", f"{board.name} on {waiting[0]}", remedy)
    return found


def touchable_port(board: BoardSpec, port: SerialPort | None, ports: Sequence[SerialPort]) -> SerialPort | None:
    """The port that brings the board into its boot loader when it is opened at 1200 baud: its own USB port, which need
    not be the one that its firmware is heard on, or one that is no USB port; None without one."""
    own = [one for one in ports if one.usb_id in board.usb_ids]
    if port is not None and (not port.usb_id or port in own):
        return port
    return own[0] if len(own) == 1 else None


def _refuse_another(board: BoardSpec, port: SerialPort, own: set[str], others: Iterable[BoardSpec]) -> None:
    if not port.usb_id or port.usb_id in own:
        return
    names = [other.name for other in others if port.usb_id in (*other.usb_ids, *loader_ids(other))]
    if names:
        known = usb_board(port.usb_id)
        what = f"{port.device}: {known.name if known else ' or '.join(names)}, {port.usb_id}"
        raise BoardError(
            f"another board than {board.name} is attached", what, f"name its port, or say --board {names[0]}"
        )


def returned_port(
    board: BoardSpec, before: SerialPort | None, ports: Sequence[SerialPort], known: Sequence[SerialPort] = ()
) -> SerialPort | None:
    """Where the board is now: by its USB serial number, then by its USB identity; None while it is not back.

    Args:
        board: the board.
        before: its port before it was flashed, None when it had none.
        ports: of this machine, now.
        known: those that there were before.
    """
    loader, old = loader_ids(board), {port.device for port in known}
    if before is not None and before.usb_id not in (*board.usb_ids, *loader):  # an adapter, or no USB port: it stays
        return before
    running = [port for port in ports if port.usb_id not in loader]
    if before is not None and before.serial_number:
        for port in running:
            if port.serial_number == before.serial_number and port.usb_id in board.usb_ids:
                return port
    alike = [port for port in running if port.usb_id in board.usb_ids]
    same = [port for port in alike if before is not None and port.device == before.device]
    new = [port for port in alike if port.device not in old]
    return next((group[0] for group in (same, new, alike) if len(group) == 1), None)
