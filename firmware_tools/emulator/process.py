"""An emulated board in a process of its own, whichever emulator runs there: power, messages, and why it ended."""

from __future__ import annotations

import json
import select
import socket
import subprocess
import tempfile
import threading
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.emulator import messages
from firmware_tools.emulator.messages import Message
from firmware_tools.errors import BoardError

START_TIMEOUT_S = 60.0  # the first start may compile something
ANSWER_TIMEOUT_S = 30.0
END_TIMEOUT_S = 2.0


class BoardProcess(ABC):
    """A board that runs in another process; a context manager: on inside the block, off after it.

    ``port`` is then the pseudo-terminal's path. Its flash is ``state_dir/flash.bin`` and outlives it; ``flash.elf``
    beside it, when it is the same image, gives names to fault reports.
    """

    def __init__(self, board: BoardSpec, state_dir: Path) -> None:
        self.board = board
        self.baud = board.baud
        self.state_dir = Path(state_dir)
        self.port = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._failure: str | None = None
        self._turn = threading.Lock()  # one request at a time

    @abstractmethod
    def _launch(self, channel: socket.socket, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the process, which speaks over ``channel``; what it prints goes into ``log``."""

    @abstractmethod
    def _order(self) -> dict[str, Any]:
        """What it is told when power comes on."""

    def _sound(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Samples as the process wants them."""
        return samples

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
        self.port = ""
        ours, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 closed in stop()
        with theirs:
            try:
                self._process = self._launch(theirs, self._log)
            except BaseException:
                self._log.close()
                ours.close()
                raise
        self._channel = ours
        try:
            ours.settimeout(START_TIMEOUT_S)
            messages.send(ours, Message(messages.POWER, json.dumps(self._order()).encode()))
            answer = self._answer(messages.READY)
            self.port = self.port or str(json.loads(answer)["port"])  # unless it was opened here
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

    def unplug(self) -> None:
        """Pull the plug: the port vanishes at once, whatever was going on."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

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
        self._request(Message(messages.PLAY, self._sound(samples).astype("<i2").tobytes()))

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
            self._failure = self._failure or self._named(text)
        elif self._failure is None:
            self._failure = self._last_words()
        return BoardError("emulated board stopped", self._failure, "power it on again")

    def _named(self, reason: str) -> str:
        """What it said of its end, with names for addresses."""
        return reason

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
