"""How deep the stack goes while a detector listens, measured by an app that paints it (``firmware/apps/stack.c``)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.errors import ProtocolError
from firmware_tools.link.serial_link import Link
from firmware_tools.protocol.frames import Type

APP = "stack"
_STEPS = struct.Struct("<3I")


@dataclass(frozen=True)
class StackDepth:
    """Bytes of stack, from its top to the deepest mark, in each step of listening.

    Attributes:
        take: samples are taken, the front end makes a frame of them.
        keep: the frame goes into the window, or a streaming model computes its columns.
        decide: the model's scores (a windowed model: all of it), and the decision.
    """

    take: int
    keep: int
    decide: int

    @property
    def most(self) -> int:
        """What listening needs: the deepest of the steps, which follow each other."""
        return max(self.take, self.keep, self.decide)


def stack_defines(board: BoardSpec) -> tuple[str, ...]:
    """What the app is told when it is built for a board."""
    return (f"KWS_STACK_BYTES={board.stack_bytes}u",)


def stack_depth(link: Link) -> StackDepth:
    """Let the board listen to a window of noise and say how deep its stack went.

    Args:
        link: an open port with the stack app behind it.

    Raises:
        LinkError: the board is silent or gone.
        ProtocolError: the reply is no such figures.
    """
    payload = link.request(Type.STACK, b"").payload
    if len(payload) != _STEPS.size:
        raise ProtocolError("depth of the stack cannot be read", payload[:16].hex(), "flash the stack app again")
    return StackDepth(*_STEPS.unpack(payload))
