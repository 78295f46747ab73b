"""A board's microphone as an endless run of blocks, each with its place: what meters, sessions and cutters read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kws_data.audio import Samples

if TYPE_CHECKING:
    from firmware_tools.link import Link


@dataclass(frozen=True)
class Heard:
    """Samples that follow each other.

    Attributes:
        first_sample: their place since recording began, counting those that were lost.
        samples: int16 [n].
        lost_before: how many are missing just before them.
        board_us: the board's time when the block was complete, in µs.
    """

    first_sample: int
    samples: Samples
    lost_before: int = 0
    board_us: int = 0


@contextlib.contextmanager
def hear(link: Link, seconds: float | None = None) -> Iterator[Iterator[Heard]]:
    """The blocks of a running recording; it is stopped at the end of the block of code.

    Raises:
        LinkError: the board is silent or gone.
    """
    from firmware_tools import recorder

    capture = getattr(recorder, "capture", None)
    blocks: Any = _plain(link) if capture is None else capture(link, seconds=seconds)
    try:
        yield (Heard(b.first_sample, b.samples, b.lost_before, b.board_us) for b in blocks)
    finally:
        blocks.close()


def _plain(link: Link) -> Iterator[Heard]:
    from firmware_tools.errors import LinkError
    from firmware_tools.recorder import AUDIO, _settle
    from firmware_tools.wire import Type

    _settle(link)
    link.request(Type.RECORD, bytes(4))
    at = 0
    try:
        while (frame := link.receive(2.0)) is not None:
            if frame.type == Type.EVENT_AUDIO:
                first, _ = AUDIO.unpack_from(frame.payload)
                samples = np.frombuffer(frame.payload, "<i2", offset=AUDIO.size).astype(np.int16)
                yield Heard(first, samples, first - at)
                at = first + len(samples)
        raise LinkError("board records nothing", link.port, "check that the recorder app is flashed: kws flash")
    finally:
        _settle(link)
