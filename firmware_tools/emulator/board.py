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
import select
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.emulator import messages
from firmware_tools.emulator.messages import Message
from firmware_tools.errors import BoardError
from firmware_tools.image.elf import read_elf

START_TIMEOUT_S = 60.0  # the first start compiles the native half
ANSWER_TIMEOUT_S = 30.0
END_TIMEOUT_S = 2.0


class EmulatedBoard:
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
        self.strict = strict
        self.realtime = realtime
        self.mic_ppm = mic_ppm
        self.board = board
        self.baud = board.baud
        self.state_dir = Path(state_dir)
        self.port = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._failure: str | None = None
        self._turn = threading.Lock()  # one request at a time

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # ---- power -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Power on; ``port`` is then the pseudo-terminal's path.

        Raises:
            BoardError: nothing flashed, another process has the board, or it cannot be emulated.
        """
        if self._process is not None:
            return
        self.state_dir.mkdir(parents=True, exist_ok=True)
        self._failure = None
        ours, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 closed in stop()
        package = str(Path(__file__).parents[2])
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "firmware_tools.emulator.child", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,  # Ctrl-C is for the owner, who ends the board in order
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))},
            )
        self._channel = ours
        try:
            ours.settimeout(START_TIMEOUT_S)
            order = {
                "board": self.board.to_dict(),
                "state_dir": str(self.state_dir.resolve()),
                "strict": self.strict,
                "realtime": self.realtime,
                "mic_ppm": self.mic_ppm,
            }
            messages.send(ours, Message(messages.POWER, json.dumps(order).encode()))
            self.port = str(json.loads(self._answer(messages.READY))["port"])
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Power off. Does nothing when it is off."""
        _ = self.failure  # kept for whoever asks later
        process, self._process = self._process, None
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()  # the board's process ends by itself
        if process is not None:
            try:
                process.wait(END_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._log.close()

    @property
    def alive(self) -> bool:
        """Whether the board is on and its firmware runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def failure(self) -> str | None:
        """Why the board stopped by itself (one line, with the function where it did), or None."""
        if self._failure is None and self._channel is not None and self._turn.acquire(blocking=False):
            try:
                # the last message is sent before the port vanishes, the process ends a moment later
                if not self.alive or select.select([self._channel], [], [], 0)[0]:
                    self._answer(b"")
            except BoardError:
                pass
            finally:
                self._turn.release()
        return self._failure

    # ---- the world around it ----------------------------------------------------------------------------------------

    def play(self, samples: NDArray[np.int16]) -> None:
        """Queue audio for the microphone.

        While the microphone is off the samples wait, in place of any that waited before, and begin with its first
        sample. While it runs they follow what is still playing, and begin at once when nothing is. Stopping the
        microphone also ends what has begun to play. Around the queue there is silence (zeros).

        Args:
            samples: int16 [samples], at whatever rate the firmware samples.

        Raises:
            BoardError: the board has stopped; says why.
            ValueError: not a vector of int16.
        """
        samples = np.asarray(samples)
        if samples.dtype != np.int16 or samples.ndim != 1:
            raise ValueError(f"play needs int16 [samples], got {samples.dtype} {list(samples.shape)}")
        self._request(Message(messages.PLAY, samples.astype("<i2").tobytes()))

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

    def unplug(self) -> None:
        """Pull the plug: the port vanishes at once, whatever was going on."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _request(self, message: Message) -> bytes:
        if self._channel is None:
            raise BoardError("emulated board is off", self.board.name, "power it on with start()")
        with self._turn:
            self._channel.settimeout(ANSWER_TIMEOUT_S)
            try:
                messages.send(self._channel, message)
            except TimeoutError:
                raise self._silent() from None
            except OSError:
                pass  # it has ended; its last message says why
            return self._answer(messages.DONE)

    def _answer(self, kind: bytes) -> bytes:
        """Body of the next message, which should be of ``kind``; a failure is kept and raised."""
        assert self._channel is not None
        try:
            message = messages.receive(self._channel)
        except TimeoutError:
            raise self._silent() from None
        except OSError:
            message = None
        if message is not None and message.kind == kind:
            return message.body
        raise self._failed(message)

    def _silent(self) -> BoardError:
        """The board did not answer in time: it is ended, since a late answer would be taken for another one's."""
        self._failure = "it did not answer"
        self.unplug()
        return BoardError("emulated board does not answer", self.board.name, "power it on again")

    def _failed(self, message: Message | None) -> BoardError:
        if message is not None and message.kind == messages.FAILED:
            text = message.body.decode(errors="replace")
            if text.startswith("KwsError\0"):
                what, value, remedy = text.split("\0")[1:4]
                return BoardError(what, value or None, remedy)
            self._failure = self._failure or text
        elif self._failure is None:
            self._failure = self._last_words()
        return BoardError("emulated board stopped", self._failure, "power it on again")

    def _last_words(self) -> str:
        """What a process that ended without a message left behind."""
        code = None
        if self._process is not None:
            try:
                code = self._process.wait(END_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                code = None
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return f"its process ended ({code})" + (f": {lines[-1]}" if lines else "")
