"""Ogg: pages of streams, which begin and end with a flag; one file may hold several streams, one behind the other.

RFC 3533. A decoder reads the first of chained streams and takes a missing end for the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from kws_data.containers.promise import HeaderError, Promise

MAGIC = b"OggS"
_BEGINS, _ENDS = 0x02, 0x04
_AUDIO = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC")


@dataclass
class _Link:
    """Streams that run side by side: where the first begins, and which of audio have not ended."""

    start: int
    open: set[int] = field(default_factory=set)
    begun: bool = False  # a page that is no first one has come


def look_at_ogg(file: BinaryIO, end: int) -> Promise:
    """What an Ogg file promises: each of chained streams is one of its own.

    Raises:
        HeaderError: the end of a stream is missing, or it is Speex.
    """
    links, position = _links(file, end)
    file.seek(position)
    if links and (links[-1].open or MAGIC in file.read(end - position)):
        copy = "copy it again; if it is whole: ffmpeg -i in.ogg -c copy out.ogg"
        raise HeaderError("audio file is truncated", f"its end is not among the {position} bytes there: {copy}")
    if len(links) < 2:
        return Promise(form="Ogg")
    ends = [link.start for link in links[1:]] + [position]
    return Promise(tuple(((link.start, stop),) for link, stop in zip(links, ends, strict=True)), form="Ogg")


def _links(file: BinaryIO, end: int) -> tuple[list[_Link], int]:
    """Chained streams, and where the last whole page ends."""
    links: list[_Link] = []
    position = 0
    while position + 27 <= end:
        file.seek(position)
        head = file.read(27 + 255)
        body = 27 + head[26]
        size = body + sum(head[27:body])
        if head[:4] != MAGIC or position + size > end:
            break
        serial = int.from_bytes(head[14:18], "little")
        if head[5] & _BEGINS and (not links or links[-1].begun):
            links.append(_Link(position))
        if links:
            file.seek(position + body)
            _enter(links[-1], serial, head[5], file.read(8) if head[5] & _BEGINS else b"")
        position += size
    return links, position


def _enter(link: _Link, serial: int, flags: int, content: bytes) -> None:
    """Enter one page into its link; ``content`` is the beginning of a first page."""
    if flags & _BEGINS:
        if content == b"Speex   ":
            raise HeaderError("file is Speex, which is not read", "convert it: ffmpeg -i in.spx out.wav")
        if content.startswith(_AUDIO):
            link.open.add(serial)
    else:
        link.begun = True
    if flags & _ENDS:
        link.open.discard(serial)
