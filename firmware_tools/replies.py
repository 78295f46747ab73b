"""What a board answers: accepted, refused, who it is."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from firmware_tools.errors import ProtocolError
from firmware_tools.wire import BoardCode, Frame, Type

REPLY = struct.Struct("<BH")  # the command's type and sequence, first in each reply
ACK = struct.Struct("<BHI")
NAK = struct.Struct("<BHbI")
HELLO = struct.Struct("<IIHIHHHbB")


@dataclass(frozen=True)
class BoardHello:
    """What a board says about itself."""

    app: str
    board: str
    build: str
    sample_rate_hz: int
    clock_hz: int
    max_payload: int
    clip_samples: int
    clip_frames: int
    features: int
    stride_frames: int
    threshold_int8: int
    labels: tuple[str, ...]


class CommandRefusedError(ProtocolError):
    """The board said NAK: ``code`` is its reason, ``detail`` the number that came with it."""

    def __init__(self, command: Type, code: int, detail: int) -> None:
        self.command = command
        self.code = code
        self.detail = detail
        reason = BoardCode(code).name.lower() if code in list(BoardCode) else str(code)
        remedies = {
            BoardCode.COMMAND: "the app on the board does not know it: flash the other app",
            BoardCode.BUSY: "stop what is running on the board first",
        }
        remedy = remedies.get(BoardCode(code), "") if code in list(BoardCode) else ""
        super().__init__(f"board refused {command.name} ({reason})", detail, remedy)


def is_reply(frame: Frame) -> bool:
    """Whether ``frame`` answers a command (and is no event)."""
    return Type.REPLY_HELLO <= frame.type < Type.EVENT_AUDIO and len(frame.payload) >= REPLY.size


def accepted(frame: Frame, kind: Type) -> Frame:
    """A reply without the command's type and sequence; raises CommandRefusedError when it is a NAK."""
    if frame.type == Type.REPLY_NAK and len(frame.payload) == NAK.size:
        _, _, code, detail = NAK.unpack(frame.payload)
        raise CommandRefusedError(kind, code, detail)
    return Frame(frame.type, frame.sequence, frame.payload[REPLY.size :])


def ack_value(reply: Frame) -> int:
    """The number in an ACK; raises ProtocolError when ``reply`` is none."""
    if reply.type != Type.REPLY_ACK or len(reply.payload) != 4:
        raise ProtocolError("board sent another reply than ACK", reply.type, "flash the firmware of this kws")
    return int.from_bytes(reply.payload, "little")


def parse_hello(payload: bytes) -> BoardHello:
    """What a board says of itself, from a reply to HELLO; raises ProtocolError when it cannot be read."""
    texts = payload[HELLO.size :].split(b"\0")
    numbers = HELLO.unpack_from(payload) if len(payload) >= HELLO.size else ()
    if not numbers or len(texts) != 3 + numbers[-1] + 1:
        raise ProtocolError("board's hello cannot be read", payload[:16].hex(), "flash the firmware of this kws")
    app, board, build, *labels = (text.decode("utf-8", "replace") for text in texts[:-1])
    rate, clock, longest, samples, frames, features, stride, threshold, _ = numbers
    return BoardHello(
        app, board, build, rate, clock, longest, samples, frames, features, stride, threshold, tuple(labels)
    )
