"""The process in which an emulated board runs: ``python -m firmware_tools.emulator.child <fd>``.

``emulator.EmulatedBoard`` starts it and speaks with it over the socket ``fd``. It ends when told to, when the board
cannot go on, and when its owner is gone for whatever reason.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import sys
import tty
from pathlib import Path
from typing import NoReturn

import numpy as np

from firmware_tools.boards.spec import BoardSpec, board_from_dict
from firmware_tools.emulator import messages
from firmware_tools.emulator.machine import Machine
from firmware_tools.emulator.messages import Message
from firmware_tools.errors import BoardError, FirmwareError, KwsError
from firmware_tools.image.elf import Elf, read_elf

FLASH_FILE, ELF_FILE, LOCK_FILE = "flash.bin", "flash.elf", "lock"


def lock_state(state_dir: Path) -> int:
    """Take the board: one process at a time has it. The lock goes when the process does.

    Raises:
        BoardError: another process has it.
    """
    lock = os.open(state_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise BoardError("emulated board is in use", str(state_dir), "wait for the other kws command to end") from None
    return lock


def read_flash(state_dir: Path) -> bytes:
    """What was flashed.

    Raises:
        BoardError: nothing was.
    """
    try:
        return (state_dir / FLASH_FILE).read_bytes()
    except FileNotFoundError:
        raise BoardError("nothing flashed on the emulated board", str(state_dir), "flash it with: kws flash") from None


def flashed_elf(board: BoardSpec, state_dir: Path, flash: bytes) -> Elf | None:
    """The linked image beside the flash, when there is one and it is that image; only for names in reports."""
    try:
        elf = read_elf(state_dir / ELF_FILE)
    except FirmwareError:
        return None
    content = elf.flat(board.flash.origin)
    return elf if flash[: len(content)] == content else None


def open_terminal() -> tuple[int, int, str]:
    """Master (non-blocking), slave and name of a raw pseudo-terminal.

    The slave stays open here, so that the port outlives the programs that open and close it.
    """
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    return master, slave, os.ttyname(slave)


class Service:
    """Answers the owner while the board runs."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.machine: Machine | None = None

    def answer(self) -> None:
        """Carry out one message; ends the process when the owner is gone or says so."""
        try:
            message = messages.receive(self.channel)
            if message is None or message.kind == messages.OFF:
                os._exit(0)
            self._carry_out(message)
        except BaseException as error:  # nothing may go back through the machine's C code
            fail(self.channel, f"emulator: {type(error).__name__}: {error}")

    def _carry_out(self, message: Message) -> None:
        assert self.machine is not None
        body = b""
        if message.kind == messages.PLAY:
            self.machine.play(np.frombuffer(message.body, dtype="<i2"))
        elif message.kind == messages.RESET:
            self.machine.restart()
        elif message.kind == messages.STATS:
            body = json.dumps(stats(self.machine)).encode()
        elif message.kind == messages.PROFILE:
            body = json.dumps(self.machine.profile()).encode()
        messages.send(self.channel, Message(messages.DONE, body))


def stats(machine: Machine) -> dict[str, int]:
    """Counters of the machine and of its stack."""
    report = machine.report()
    values = {str(name): int(getattr(report, name)) for name, *_ in report._fields_}
    return values | {"stack_used_bytes": machine.stack_used_bytes()}


def fail(channel: socket.socket, why: str) -> NoReturn:
    """Tell the owner and end the process; the port vanishes with it."""
    with contextlib.suppress(OSError):
        messages.send(channel, Message(messages.FAILED, why.encode()))
    os._exit(3)


def power_on(channel: socket.socket) -> str:
    """Run the board that the owner names; returns why it stopped."""
    message = messages.receive(channel)
    if message is None or message.kind != messages.POWER:
        os._exit(0)
    order = json.loads(message.body)
    board = board_from_dict(order["board"])
    state_dir = Path(order["state_dir"])
    lock_state(state_dir)
    flash = read_flash(state_dir)
    master, _slave, port = open_terminal()
    service = Service(channel)
    machine = Machine(
        board,
        flash,
        pty_fd=master,
        control_fd=channel.fileno(),
        parent_pid=os.getppid(),
        on_control=service.answer,
        elf=flashed_elf(board, state_dir, flash),
        strict=bool(order["strict"]),
        realtime=bool(order["realtime"]),
        mic_ppm=float(order["mic_ppm"]),
    )
    service.machine = machine
    messages.send(channel, Message(messages.READY, json.dumps({"port": port}).encode()))
    return machine.run()


def main() -> NoReturn:
    """Entry of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = socket.socket(fileno=int(sys.argv[1]))
    try:
        why = power_on(channel)
    except KwsError as error:
        fail(channel, f"KwsError\0{error.what}\0{'' if error.value is None else error.value}\0{error.remedy}")
    except BaseException as error:
        fail(channel, f"emulator: {type(error).__name__}: {error}")
    fail(channel, why)


if __name__ == "__main__":
    main()
