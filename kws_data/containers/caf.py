"""Apple's Core Audio Format: chunks with sizes of 64 bits; -1 says "to the end of the file"."""

from __future__ import annotations

import struct
from typing import BinaryIO

from kws_data.containers.chunks import refuse_unread
from kws_data.containers.promise import Promise, is_unknown, refuse_truncated

MAGIC = b"caff"


def look_at_caf(file: BinaryIO, end: int) -> Promise:
    """What a CAF file promises; raises HeaderError when it is truncated or its sizes leave out audio."""
    position, words, valid = 8, "CAF", 0
    while position + 12 <= end:
        name, size = _head(file, position)
        start = position + 12
        if name == b"desc":
            words = f"CAF of {file.read(12)[8:].decode('ascii', 'replace').strip()}"
        if name == b"pakt" and size >= 24:
            valid = max(struct.unpack(">qq", file.read(16).ljust(16, b"\0"))[1], 0)
        if name == b"data":
            if size < 0 or is_unknown(size):
                whole = struct.pack(">q", end - start)
                return Promise((((0, position + 4), whole, (start, end)),), form=words)
            refuse_truncated(size, end - start)
            refuse_unread(file, _behind_chunks(file, start + size, end), end)
            return Promise(least=valid, form=words)
        if size < 0:
            break
        position = start + size
    return Promise()


def _head(file: BinaryIO, position: int) -> tuple[bytes, int]:
    file.seek(position)
    name, size = struct.unpack(">4sq", file.read(12))
    return name, size


def _behind_chunks(file: BinaryIO, position: int, end: int) -> int:
    while position + 12 <= end:
        name, size = _head(file, position)
        if not all(0x20 <= letter < 0x7F for letter in name) or not 0 <= size <= end - position - 12:
            break
        position += 12 + size
    return position
