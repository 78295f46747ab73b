"""A reader of what an RP2350's boot ROM looks for in flash: a loop of blocks, each with items."""

from __future__ import annotations

import struct
from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """A block of the boot ROM's: items (type, words after it), and where the next one is, from here."""

    at: int
    items: tuple[tuple[int, tuple[int, ...]], ...]
    next: int


def block_at(content: bytes, at: int) -> Block:
    """A block as RP2350 Datasheet 5.1.5 and 5.9 describe it: items of one word and more, the last one, a link, the end.

    Raises:
        ValueError: it is none, its last item counts other words, or it does not end.
    """
    words = struct.unpack_from(f"<{(min(len(content), at + 640) - at) // 4}I", content, at)
    if words[0] != 0xFFFFDED3:
        raise ValueError("no block")
    items, place = [], 1
    while words[place] & 0xFF != 0xFF:
        head = words[place]
        size = head >> 8 & (0xFFFF if head & 0x80 else 0xFF)
        items.append((head & 0x7F, (head, *words[place + 1 : place + size])))
        place += size
    if words[place] >> 8 & 0xFFFF != place - 1:
        raise ValueError("last item counts other words")
    if words[place + 2] != 0xAB123579:
        raise ValueError("block does not end")
    return Block(at, tuple(items), struct.unpack("<i", struct.pack("<I", words[place + 1]))[0])


def blocks_of(content: bytes) -> list[Block]:
    """The loop of blocks that begins in the first 4096 bytes; raises ValueError when there is none or it stays open."""
    first = next((at for at in range(0, 4096, 4) if content[at : at + 4] == b"\xd3\xde\xff\xff"), None)
    if first is None:
        raise ValueError("no block in the first 4096 bytes")
    found = [block_at(content, first)]
    while found[-1].at + found[-1].next != first:
        if len(found) > 8:
            raise ValueError("loop does not close")
        found.append(block_at(content, found[-1].at + found[-1].next))
    return found
