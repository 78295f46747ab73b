"""Sun/NeXT AU: one header of 24 bytes and more; also little-endian ("dns.")."""

from __future__ import annotations

import struct
from typing import BinaryIO

from kws_data.containers.chunks import refuse_unread
from kws_data.containers.promise import Promise, is_unknown, refuse_truncated

MAGICS = (b".snd", b"dns.")


def look_at_au(file: BinaryIO, end: int) -> Promise:
    """What an AU file promises; raises HeaderError when it is truncated or goes on behind its length."""
    head = file.read(24)
    if len(head) < 24:
        return Promise()
    order = ">" if head[:4] == b".snd" else "<"
    offset, size, encoding = struct.unpack_from(f"{order}3I", head, 4)
    words = f"AU of encoding {encoding}"
    if is_unknown(size):
        there = struct.pack(f"{order}I", max(end - offset, 0))
        return Promise(((head[:8] + there, (12, end)),), form=words)
    refuse_truncated(size, end - offset)
    refuse_unread(file, offset + size, end)
    return Promise(form=words)
