"""A board that is not there: an emulated Cortex-M4F in a process of its own, behind a pseudo-terminal.

The firmware has no idea that it is emulated, and the host opens ``board.port`` with pyserial like any port. What is
emulated: the core with cycle counts (``cycles.py``), flash, RAM, UART at its line rate, microphone, DWT cycle counter.
What is not: interrupts (the firmware polls and sleeps), and a float unit that is switched off.

Time on the board is virtual. It passes with the instructions that run and jumps while the core sleeps, so a recording
takes as long as its instructions do, not as long as it sounds; it stands still while the host does not fetch what the
board sends, so nothing is lost on the way to a slow host. Only when the microphone hears nothing but silence is time
held to real time, so that a listening board neither floods its host nor takes a whole processor.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.emulator import messages
from firmware_tools.emulator.messages import Message
from firmware_tools.emulator.process import BoardProcess
from firmware_tools.image.elf import read_elf


class EmulatedBoard(BoardProcess):
    """An emulated board; a context manager: on inside the block, off after it.

    ::

        with EmulatedBoard(load_board("emulated"), state_dir) as board:
            serial.Serial(board.port, board.baud)

    Its flash is ``state_dir/flash.bin`` and outlives it; ``flash.elf`` beside it, when it is the same image, gives
    names to fault reports. A power cycle is a new ``EmulatedBoard`` (or leaving and entering again).

    Unicorn is more lenient than a Cortex-M4 in one thing that C can get wrong: it lets LDM, LDRD and VLDR read from
    addresses that are no multiple of 4. ``strict`` watches every instruction and stops where a real core would fault;
    it is several times slower.

    ``realtime`` holds time to the world's whenever the microphone runs, also while sound is played to it: then it takes
    a second to record a second, as on a desk. ``mic_ppm`` makes the microphone sample that many millionths too fast.
    """

    def __init__(
        self,
        board: BoardSpec,
        state_dir: Path,
        *,
        strict: bool = False,
        realtime: bool = False,
        mic_ppm: float = 0.0,
    ) -> None:
        super().__init__(board, state_dir)
        self.strict = strict
        self.realtime = realtime
        self.mic_ppm = mic_ppm

    def _launch(self, channel: socket.socket, log: IO[bytes]) -> subprocess.Popen[bytes]:
        package = str(Path(__file__).parents[2])
        return subprocess.Popen(
            [sys.executable, "-m", "firmware_tools.emulator.child", str(channel.fileno())],
            pass_fds=[channel.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the owner, who ends the board in order
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))},
        )

    def _order(self) -> dict[str, Any]:
        return {
            "board": self.board.to_dict(),
            "state_dir": str(self.state_dir.resolve()),
            "strict": self.strict,
            "realtime": self.realtime,
            "mic_ppm": self.mic_ppm,
        }

    def stats(self) -> dict[str, int]:
        """Counters since power-on, in cycles, bytes and samples (see ``kws_machine_report`` in ``kws_machine.h``).

        Among them ``cycles`` and, of these, ``slept_cycles``; ``blocks`` (basic blocks run), ``rx_bytes``,
        ``tx_bytes``, ``mic_samples``, ``mic_overruns``, ``audio_waiting`` and ``stack_used_bytes`` (the most so far).

        Raises:
            BoardError: the board has stopped; says why.
        """
        values: dict[str, int] = json.loads(self._request(Message(messages.STATS)))
        return values

    def profile(self, elf: Path) -> dict[str, int]:
        """Cycles spent in each function since power-on, most first; time slept is in none.

        Args:
            elf: the linked image that is flashed.

        Raises:
            BoardError: the board has stopped; says why.
            FirmwareError: ``elf`` cannot be read.
        """
        names = read_elf(elf)
        spent: dict[str, int] = {}
        for address, cycles in json.loads(self._request(Message(messages.PROFILE))).items():
            name = names.locate(int(address)).split("+")[0]
            spent[name] = spent.get(name, 0) + cycles
        return dict(sorted(spent.items(), key=lambda item: (-item[1], item[0])))

    def reset(self) -> None:
        """Press the reset button: the firmware begins again, the port stays, and queued sound goes on waiting.

        Raises:
            BoardError: the board has stopped; says why.
        """
        self._request(Message(messages.RESET))
