"""Ways in which bytes are damaged: on disks, on lines, by tools that cut, join and repair."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Damage = Callable[[bytearray, np.random.Generator], bytearray]

#: What writers that fail leave in fields of 32 bits, and what overflows in programs that read them.
ODD_NUMBERS = (
    *(0, 1, 2, 3, 0x7F, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x00FFFFFF, 0x3FFFFFFF, 0x40000000, 0x7FFFF000),
    *(0x7FFFFFDA, 0x7FFFFFFE, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFF000, 0xFFFFFFF0, 0xFFFFFFFE, 0xFFFFFFFF),
)
HEAD_BYTES = 256
BLOCK_BYTES = 64


def flip(data: bytearray, rng: np.random.Generator) -> bytearray:
    """One to eight bits flipped, as often in the head as anywhere."""
    for _ in range(int(rng.integers(1, 9))):
        data[_place(data, rng)] ^= 1 << int(rng.integers(8))
    return data


def cut(data: bytearray, rng: np.random.Generator) -> bytearray:
    """The end is missing."""
    return data[: int(rng.integers(0, len(data)))]


def behead(data: bytearray, rng: np.random.Generator) -> bytearray:
    """The beginning is missing."""
    return data[int(rng.integers(1, min(len(data), HEAD_BYTES) + 1)) :]


def insert(data: bytearray, rng: np.random.Generator) -> bytearray:
    """Some bytes too many: random ones, or zeros."""
    at, count = _place(data, rng), int(rng.integers(1, 40))
    extra = bytes(count) if rng.random() < 0.3 else rng.bytes(count)
    return data[:at] + extra + data[at:]


def remove(data: bytearray, rng: np.random.Generator) -> bytearray:
    """Some bytes too few."""
    at = _place(data, rng)
    return data[:at] + data[at + int(rng.integers(1, 40)) :]


def overwrite(data: bytearray, rng: np.random.Generator) -> bytearray:
    """A stretch of zeros, of ones, or of random bytes."""
    at, count = _place(data, rng), int(rng.integers(1, 200))
    count = min(count, len(data) - at)
    data[at : at + count] = (bytes(count), b"\xff" * count, rng.bytes(count))[int(rng.integers(3))]
    return data


def swap(data: bytearray, rng: np.random.Generator) -> bytearray:
    """Two neighbouring stretches in the other order; of one, two or four bytes each, as wrong byte orders have it."""
    width, at = 1 << int(rng.integers(3)), _place(data, rng)
    first, second = data[at : at + width], data[at + width : at + 2 * width]
    return data[:at] + second + first + data[at + 2 * width :]


def field(data: bytearray, rng: np.random.Generator) -> bytearray:
    """A number of a header becomes an odd one: 2 or 4 or 8 bytes, in either byte order, on an even place."""
    width = (2, 4, 4, 4, 8)[int(rng.integers(5))]
    at = _place(data, rng) & ~1
    number = ODD_NUMBERS[int(rng.integers(len(ODD_NUMBERS)))] & ((1 << (8 * width)) - 1)
    value = number.to_bytes(width, "little" if rng.random() < 0.6 else "big")
    data[at : at + width] = value[: len(data) - at]
    return data


def repeat(data: bytearray, rng: np.random.Generator) -> bytearray:
    """A block stands twice, or a hundred times."""
    at, count = _place(data, rng), int(rng.integers(1, 4 * BLOCK_BYTES))
    return data[:at] + data[at : at + count] * (100 if rng.random() < 0.1 else 2) + data[at + count :]


def shuffle(data: bytearray, rng: np.random.Generator) -> bytearray:
    """Chunks in another order where the file has RIFF chunks, else blocks."""
    whole = bytes(data)
    pieces = _chunks(whole) or [whole[i : i + BLOCK_BYTES] for i in range(0, len(whole), BLOCK_BYTES)]
    head, rest = pieces[:1], pieces[1:]
    return bytearray(b"".join([*head, *(rest[i] for i in rng.permutation(len(rest)))]))


def _chunks(data: bytes) -> list[bytes]:
    """The head of 12 bytes and the chunks of a RIFF file; empty where there are none or they do not fit."""
    if data[:4] != b"RIFF":
        return []
    pieces, at = [data[:12]], 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + size + (size & 1)
        if end > len(data):
            return []
        pieces.append(data[at:end])
        at = end
    return pieces


def _place(data: bytearray, rng: np.random.Generator) -> int:
    """Where damage happens: half of it in the head."""
    top = min(len(data), HEAD_BYTES) if rng.random() < 0.5 else len(data)
    return int(rng.integers(0, max(top, 1)))


#: Name -> damage, ``cut`` twice: it is what happens most often.
DAMAGES: tuple[tuple[str, Damage], ...] = tuple(
    (damage.__name__, damage)
    for damage in (flip, cut, cut, behead, insert, remove, overwrite, swap, field, field, repeat, shuffle)
)


def damaged(data: bytes, others: list[bytes], rng: np.random.Generator) -> tuple[bytes, tuple[str, ...]]:
    """A damaged copy and the names of what was done: mostly one thing, up to four; sometimes joined with another file.

    Args:
        data: the undamaged file.
        others: files of the same kind, to be joined with.
    """
    copy, done = bytearray(data), []
    for _ in range(1 + int(rng.integers(4) if rng.random() < 0.4 else 0)):
        if not copy:
            break
        if rng.random() < 0.06:
            other = others[int(rng.integers(len(others)))]
            copy = copy[: int(rng.integers(len(copy) + 1))] + other[int(rng.integers(len(other))) :]
            done.append("splice")
            continue
        name, damage = DAMAGES[int(rng.integers(len(DAMAGES)))]
        copy = damage(copy, rng)
        done.append(name)
    return bytes(copy), tuple(done)
