"""A board's side of a real pseudo-terminal, played by a thread: it can be as bad as a test wants."""

from __future__ import annotations

import os
import select
import threading
import tty
from collections.abc import Callable, Iterable

from firmware_tools.protocol.audio_frames import AUDIO, Codec
from firmware_tools.protocol.frames import Decoder, Frame, Type, encode
from firmware_tools.protocol.replies import HELLO, PROTOCOL, STATUS

HELLO_PAYLOAD = (
    HELLO.pack(PROTOCOL, 0, 16_000, 64_000_000, 0, 0xC0FFEE, 1_040, 3, -650, 16_000, 49, 40, 3, 77, 3)
    + b"recorder\0fake\0cafe\0_silence_\0_unknown_\0go\0"
)

Answer = Callable[["FakeBoard", Frame], None]


class FakeBoard:
    """Calls ``answer(board, command)`` for each command that arrives; use as a context manager."""

    def __init__(self, answer: Answer) -> None:
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        self._slave = slave
        self._answer = answer
        self._sequence = 0
        self.take = 0
        self._closing = threading.Event()
        self.commands: list[Frame] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> FakeBoard:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(5)
        self.unplug()

    def unplug(self) -> None:
        """The port vanishes."""
        for name in ("_slave", "_master"):
            descriptor = getattr(self, name)
            if descriptor >= 0:
                setattr(self, name, -1)
                os.close(descriptor)

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        os.write(self._master, data)

    def frame(self, kind: int, payload: bytes = b"") -> bytes:
        """The next frame, counted but not sent."""
        coded = encode(Frame(kind, self._sequence & 0xFFFF, payload))
        self._sequence += 1
        return coded

    def send(self, kind: int, payload: bytes = b"") -> None:
        self.raw(self.frame(kind, payload))

    def reply(self, command: Frame, kind: int, body: bytes = b"") -> None:
        self.send(kind, bytes([command.type]) + command.sequence.to_bytes(2, "little") + body)

    def ack(self, command: Frame, value: int = 0) -> None:
        self.reply(command, Type.REPLY_ACK, value.to_bytes(4, "little"))

    def nak(self, command: Frame, code: int) -> None:
        self.reply(command, Type.REPLY_NAK, (code & 255).to_bytes(1, "little") + bytes(4))

    def tell_status(self, command: Frame, state: int = 0, take: int = 0, position: int = 0, board_us: int = 1) -> None:
        self.reply(command, Type.REPLY_STATUS, STATUS.pack(board_us, state, take, position, 0))

    def _run(self) -> None:
        decoder = Decoder()
        while not self._closing.is_set() and self._master >= 0:
            try:
                readable, _, _ = select.select([self._master], [], [], 0.02)
                data = os.read(self._master, 4096) if readable else b""
            except (OSError, ValueError):
                return  # unplugged by the test
            for command in decoder.feed(data):
                self.commands.append(command)
                self._answer(self, command)
                if self._master < 0:
                    return


def audio_frames(
    board: FakeBoard, samples: bytes, per_frame: int = 256, take: int = 1, overrun: int = -1
) -> Iterable[bytes]:
    """AUDIO frames of little-endian 16-bit samples, as the recorder app cuts them; one can fall to the microphone."""
    lost = 0
    for number, first in enumerate(range(0, len(samples) // 2, per_frame)):
        if number == overrun:
            lost = per_frame
            continue
        block = samples[2 * first : 2 * (first + per_frame)]
        header = AUDIO.pack(take, Codec.PCM16, 0, first, (first + len(block) // 2) * 1_000 // 16, lost)
        yield board.frame(Type.EVENT_AUDIO, header + block)
