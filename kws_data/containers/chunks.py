"""Chunks of four letters and a size, as RIFF and AIFF have them, and what may lie behind the audio."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from kws_data.containers.promise import HeaderError

#: Beginnings of tags that programs write behind any file.
TAGS = (b"TAG", b"ID3", b"APETAGEX", b"LYRICS", b"3DI")
_WHOLE_FILES = (b"RIFF", b"RIFX", b"RF64", b"BW64", b"FORM", b"fLaC", b"OggS", b"caff")
#: Chunks of words about a recording: one that is cut off or miscounted takes no audio with it.
_WORDS = (b"LIST", b"id3 ", b"ID3 ", b"bext", b"iXML", b"_PMX", b"cue ", b"smpl", b"NAME", b"ANNO", b"COMT", b"AUTH")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Name, place of its content, and size of it as its header says."""

    name: bytes
    start: int
    size: int
    padded: bool = True  # all chunks before it are, as they have to be

    @property
    def end(self) -> int:
        return self.start + self.size


def walk(file: BinaryIO, position: int, end: int, order: str) -> Iterator[Chunk]:
    """Chunks from a place on, until one reaches beyond the end. Pad bytes that a writer has left out are noticed.

    Args:
        file: at any place.
        position, end: the first chunk's header, and the end of the file.
        order: of the bytes of sizes, ``<`` or ``>``.
    """
    padded = True
    while (head := _head(file, position, end, order)) is not None:
        chunk = Chunk(head[0], position + 8, head[1], padded)
        yield chunk
        position = chunk.end
        if chunk.size & 1:
            odd = not _plausible(file, position + 1, end, order) and _plausible(file, position, end, order)
            padded = padded and not odd
            position += not odd


def _head(file: BinaryIO, position: int, end: int, order: str) -> tuple[bytes, int] | None:
    if position + 8 > end:
        return None
    file.seek(position)
    name, size = struct.unpack(f"{order}4sI", file.read(8))
    return name, size


def _plausible(file: BinaryIO, position: int, end: int, order: str) -> bool:
    """Whether a chunk begins here; so does none at the very end, and that is right too."""
    if position >= end:
        return True
    head = _head(file, position, end, order)
    return head is not None and printable(head[0]) and (position + 8 + head[1] <= end or head[0] in (b"data", *_WORDS))


def printable(name: bytes) -> bool:
    return all(0x20 <= letter < 0x7F for letter in name)


def refuse_more_audio(file: BinaryIO, audio: tuple[int, int], outer_end: int | None, end: int, order: str) -> None:
    """Refuse a file whose header leaves out a part of its audio; chunks, tags and junk may follow.

    Args:
        file: at any place.
        audio: start and end of the audio as its chunk says it.
        outer_end: end of all as the file's first size says it; None when that is none.
        end: of the file.
        order: of the bytes of sizes.

    Raises:
        HeaderError: behind the audio lies what is neither chunk nor tag, and the file counts it in.
    """
    position = audio[1]
    odd = (audio[1] - audio[0]) & 1
    if odd and not _plausible(file, position, end, order) and not _is_tag(file, position):
        position += 1  # the audio's own pad byte
    for chunk in walk(file, position, end, order) if _plausible(file, position, end, order) else ():
        if chunk.name == b"data" and chunk.size:
            raise HeaderError("audio file holds its audio in several pieces", "export it again")
        if not printable(chunk.name) or chunk.name in _WHOLE_FILES:
            break
        if chunk.end > end:
            if chunk.name in _WORDS:
                return
            break
        position = chunk.end + (chunk.size & 1)
    refuse_unread(file, position, end, confirmed=_confirms(outer_end, position, end, audio))


def _confirms(outer_end: int | None, position: int, end: int, audio: tuple[int, int]) -> bool:
    """Whether the file's first size leaves out what follows too, and that is not most of the file."""
    return outer_end is not None and position - 64 <= outer_end <= position and end - position < audio[1] - audio[0]


def _is_tag(file: BinaryIO, position: int) -> bool:
    file.seek(position)
    return file.read(8).startswith(TAGS)


def refuse_unread(file: BinaryIO, position: int, end: int, confirmed: bool = False) -> None:
    """Refuse a file that goes on behind what its header says of it.

    Tags are fine, a few zeros are, and what ``confirmed`` says a second size in the file leaves out too.

    Raises:
        HeaderError: there is more.
    """
    if position >= end:
        return
    file.seek(position)
    rest = file.read(min(end - position, 16))
    if rest.startswith(_WHOLE_FILES):
        raise HeaderError("file holds a second file behind its audio", "split it, or export it again")
    if rest.startswith(TAGS) or confirmed or (end - position < 16 and not any(rest)):
        return
    raise HeaderError(
        "audio file goes on behind the length that its header says",
        f"{end - position} bytes more: export it again",
    )
