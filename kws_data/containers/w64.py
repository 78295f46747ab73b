"""Sony Wave64: RIFF with GUIDs for names and sizes of 64 bits that count their own header of 24 bytes."""

from __future__ import annotations

import struct
from typing import BinaryIO

from kws_data.containers.chunks import refuse_unread
from kws_data.containers.promise import HeaderError, Promise, is_unknown, refuse_truncated
from kws_data.containers.wave_form import in_words, wav_of

MAGIC = b"riff\x2e\x91\xcf\x11"
_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")


def look_at_w64(file: BinaryIO, end: int) -> Promise:
    """What a Wave64 file promises; raises HeaderError when it is truncated or its sizes leave out audio."""
    file.seek(40)
    form, fact, position = b"", b"", 40
    while len(head := file.read(24)) == 24:
        name, size = head[:4], int.from_bytes(head[16:], "little")
        start = position + 24
        if name == b"data" and head[4:16] == _TAIL:
            return _around(file, form, fact, (start, size - 24), end)
        if size < 24 or position + size > end:
            break
        content = file.read(min(size - 24, 4_096))
        form, fact = (content if name == b"fmt " else form), (content if name == b"fact" else fact)
        position += (size + 7) & ~7
        file.seek(position)
    return Promise()


def _around(file: BinaryIO, form: bytes, fact: bytes, data: tuple[int, int], end: int) -> Promise:
    start, size = data
    if len(form) < 16:
        raise HeaderError("file is no audio or is damaged", "W64 whose audio has no description: export it again")
    words = f"W64 of {in_words(form)}"
    if (size <= 0 and end > start) or is_unknown(size):
        return Promise((wav_of(form, fact[:4], (start, end)),), form=words)
    refuse_truncated(size, end - start)
    behind = start + ((size + 7) & ~7)
    file.seek(behind)
    following = file.read(24)
    if following and following[4:16] != _TAIL and not following.startswith(b"list"):
        refuse_unread(file, behind, end, confirmed=_outer_end(file) in (behind, start + size))
    return Promise(form=words)


def _outer_end(file: BinaryIO) -> int:
    file.seek(16)
    return int(struct.unpack("<Q", file.read(8))[0])
