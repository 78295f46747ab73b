"""A board with an RP2040 that is not there: rp2040js runs its image in a Node process, behind a pseudo-terminal.

rp2040js (npm, MIT) is not ours, which is the point: its core, clocks, UART, DMA, PIO and ADC check the port. What it
leaves out is added in ``rp2040js/board.mjs``. Time is virtual, as with ``EmulatedBoard``: it jumps while the core
sleeps, falls behind while it computes, and is held to the world's when nothing but silence is heard. The firmware says
so (``KWS_TRAIT_VIRTUAL_TIME``), because the chip's PLATFORM register tells it that it is no silicon.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import threading
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.emulator import messages
from firmware_tools.emulator.child import lock_state, open_terminal, read_flash
from firmware_tools.emulator.messages import Message
from firmware_tools.emulator.node import find_node, find_rp2040js
from firmware_tools.emulator.process import END_TIMEOUT_S, BoardProcess
from firmware_tools.emulator.storage import FLASH_FILE, SYMBOL_FILE
from firmware_tools.errors import FirmwareError
from firmware_tools.image.elf import read_elf

SCRIPT = Path(__file__).parent / "rp2040js" / "board.mjs"
SAMPLE_RATE_HZ = 16_000
PDM_FACTOR = 4  # values a sample that the modulator is given; between them it draws lines
UPSAMPLING_TAPS = 32  # samples on each side
PIECE_BYTES = 1 << 16


class Rp2040Board(BoardProcess):
    """An emulated board with an RP2040.

    Args:
        board: one whose port's emulator is ``rp2040js``.
        state_dir: the folder with its flash.
        realtime: holds time to the world's whenever the microphone runs, as far as this machine is fast enough.
        mic_ppm: the microphone samples that many millionths too fast.
    """

    def __init__(self, board: BoardSpec, state_dir: Path, *, realtime: bool = False, mic_ppm: float = 0.0) -> None:
        super().__init__(board, state_dir)
        self.realtime = realtime
        self.mic_ppm = mic_ppm
        self._factor = PDM_FACTOR if board.microphone.kind == "pdm" else 1

    def start(self) -> None:
        """See :class:`BoardProcess`; also raises BoardError when Node or rp2040js is missing."""
        self._node, self._package = find_node(), find_rp2040js()
        super().start()

    def _launch(self, channel: socket.socket, log: IO[bytes]) -> subprocess.Popen[bytes]:
        read_flash(self.state_dir)
        lock = lock_state(self.state_dir)
        line, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [self._node, str(SCRIPT), str(channel.fileno()), str(theirs.fileno())],
                pass_fds=[channel.fileno(), theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the owner, who ends the board in order
            )
        master, slave, self.port = open_terminal()
        self._pump = threading.Thread(target=_carry, args=(line, master, (slave, lock)), daemon=True)
        self._pump.start()
        return process

    def _order(self) -> dict[str, Any]:
        microphone = self.board.microphone.to_dict()
        return {
            "package": str(self._package),
            "flash": str((self.state_dir / FLASH_FILE).resolve()),
            "serial": self.board.serial.kind,
            "baud": self.baud,
            "microphone": microphone,
            "settle": SAMPLE_RATE_HZ * microphone["settle_ms"] // 1000 * self._factor,
            "factor": self._factor,
            "speed": 1 + self.mic_ppm * 1e-6,
            "realtime": self.realtime,
        }

    def stop(self) -> None:
        """Power off. Does nothing when it is off."""
        was_on = self._process is not None
        super().stop()
        if was_on:
            self._pump.join(END_TIMEOUT_S)

    def stats(self) -> dict[str, int]:
        """Counters since power-on: ``cycles`` run, ``time_us``, ``rx_lost`` bytes that came to a full UART.

        Raises:
            BoardError: the board has stopped; says why.
        """
        values: dict[str, int] = json.loads(self._request(Message(messages.STATS)))
        return values

    def _sound(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        return upsampled(samples, self._factor)

    def _named(self, reason: str) -> str:
        """With the function's name, where the reason ends with an address and the image's symbols are there."""
        text, at, address = reason.rpartition(" at 0x")
        try:
            return f"{text} at {read_elf(self.state_dir / SYMBOL_FILE).locate(int(address, 16))}" if at else reason
        except FirmwareError:
            return reason


def upsampled(samples: NDArray[np.int16], factor: int) -> NDArray[np.int16]:
    """``factor`` values for each sample, band-limited (a windowed sinc): int16 [samples * factor]."""
    if factor == 1 or not len(samples):
        return samples
    reach = UPSAMPLING_TAPS * factor
    offsets = np.arange(-reach, reach + 1)
    taps = np.sinc(offsets / factor) * np.kaiser(2 * reach + 1, 8.0)
    spread = np.zeros(len(samples) * factor)
    spread[::factor] = samples
    made = np.convolve(spread, taps)[reach : reach + len(spread)]
    return np.clip(np.round(made), -32_768, 32_767).astype(np.int16)


def _carry(line: socket.socket, master: int, kept: tuple[int, ...]) -> None:
    """Bytes between the board and its pseudo-terminal, until the board ends: then the port vanishes."""
    with line:
        try:
            while True:
                ready = select.select([master, line.fileno()], [], [])[0]
                if master in ready:
                    line.sendall(os.read(master, PIECE_BYTES))
                if line.fileno() in ready:
                    sent = line.recv(PIECE_BYTES)
                    if not sent:
                        break
                    _write_all(master, line, sent)
        except OSError:
            pass  # one of them is gone
        finally:
            for descriptor in (master, *kept):
                os.close(descriptor)


def _write_all(master: int, line: socket.socket, content: bytes) -> None:
    """Write to the pseudo-terminal; waits while its other side fetches nothing, but not longer than the board lives."""
    while content:
        if select.select([], [master], [], 0.2)[1]:
            content = content[os.write(master, content) :]
        elif line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"":
            return
