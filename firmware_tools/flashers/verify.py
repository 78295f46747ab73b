"""The end of every flashing: the board itself says which image it runs. No exit code of any tool counts."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.errors import BoardError, FirmwareError, KwsError, LinkError
from firmware_tools.flashers.attached import Attached
from firmware_tools.link.attached import loader_ids, returned_port
from firmware_tools.link.serial_link import Link, SerialPort
from firmware_tools.protocol.replies import BoardHello

_POLL_S = 0.1
_HELLO_S = 2.0  # for a board whose port is there; opening it resets some


@dataclass(frozen=True)
class Answered:
    """A board that runs what it was given."""

    port: str
    hello: BoardHello


def firmware_id(content: bytes) -> str:
    """How an image calls itself in HELLO: CRC-32 (IEEE 802.3) of what is in flash, 8 hexadecimal digits."""
    return f"{zlib.crc32(content):08x}"


def confirm(
    board: BoardSpec,
    content: bytes,
    attached: Attached,
    before: SerialPort | None,
    known: Sequence[SerialPort] = (),
) -> Answered:
    """Find the board's port again, under whatever name, and ask until it answers with this image's CRC-32.

    Args:
        board: the board.
        content: that was flashed.
        attached: how it hangs on this machine.
        before: its port before, None when it had none.
        known: all ports that there were before.

    Raises:
        FirmwareError: it answers, with another image.
        BoardError: it does not come back, or says nothing: in which state it is.
    """
    wanted = firmware_id(content)
    deadline = time.monotonic() + attached.back_s
    while True:
        ports = attached.ports()
        port = returned_port(board, before, ports, known)
        if port is None:
            trouble = _not_back(board, ports, len(content))
        else:
            try:
                hello = _ask(port, board)
            except LinkError as error:
                trouble = _silent(board, port, error)
            else:
                if hello.firmware == wanted and hello.board == board.name:
                    return Answered(port.device, hello)
                trouble = _another(board, hello, wanted)
        if time.monotonic() >= deadline:
            raise trouble
        time.sleep(_POLL_S)


def _ask(port: SerialPort, board: BoardSpec) -> BoardHello:
    with Link(port.device, board.baud) as link:
        return link.hello(_HELLO_S)


def _not_back(board: BoardSpec, ports: Sequence[SerialPort], size: int) -> KwsError:
    waiting = [port.device for port in ports if port.usb_id in loader_ids(board)]
    if waiting:
        remedy = (
            f"all {size} bytes were written, but {waiting[0]} is still its boot loader: press reset, or flash again"
        )
        return BoardError("board waits in its boot loader", board.name, remedy)
    remedy = (
        f"all {size} bytes were written, but its port is not there: plug it in again, {_which(board)}, and ask it: "
        f"kws doctor --board {board.name} --port PORT"
    )
    return BoardError("board has not come back after flashing", board.name, remedy)


def _which(board: BoardSpec) -> str:
    """Which port the board's firmware is heard on."""
    if board.serial.kind != "uart":
        return "name the new port"
    if board.flasher == "drive":
        return "name its probe's serial port, over which its firmware speaks"
    return "its firmware speaks over its UART pins: name the adapter's port"


def _silent(board: BoardSpec, port: SerialPort, error: LinkError) -> KwsError:
    remedy = (
        f"the image was written, but the board is not heard on {port.device} ({error}); press reset, or flash again"
    )
    return BoardError("board does not answer after flashing", board.name, remedy)


def _another(board: BoardSpec, hello: BoardHello, wanted: str) -> KwsError:
    runs = f"{hello.app} {hello.firmware or 'of no known image'} for {hello.board}"
    if hello.board != board.name:
        return FirmwareError(
            "another board answers", runs, f"{board.name} {wanted} was written: name its port with --port"
        )
    return FirmwareError("board runs another image", runs, f"{wanted} was not taken: press reset, or flash again")
