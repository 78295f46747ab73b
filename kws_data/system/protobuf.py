"""Protocol buffers on the level of the wire: the fields of a message, read and written, without its description.

What is not understood is kept byte for byte. The encoding: https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_WIDTHS = {FIXED64: 8, FIXED32: 4}
_LONGEST_VARINT = 10


@dataclass(frozen=True)
class Field:
    """One field of a message.

    Attributes:
        number: which field.
        kind: ``VARINT``, ``FIXED64``, ``BYTES`` or ``FIXED32``.
        value: of a varint.
        data: content of the other kinds.
        encoded: the whole field as it stands in the message, with key and length.
    """

    number: int
    kind: int
    value: int
    data: memoryview
    encoded: memoryview


def fields(message: bytes | memoryview) -> Iterator[Field]:
    """Fields in their order.

    Raises:
        ValueError: this is no message.
    """
    view = memoryview(message)
    place = 0
    while place < len(view):
        start = place
        key, place = _varint(view, place)
        number, kind = key >> 3, key & 7
        value, end = (0, place + _WIDTHS.get(kind, 0)) if kind in _WIDTHS else _varint(view, place)
        if kind == BYTES:
            place, end = end, end + value
        if not number or kind not in (VARINT, FIXED64, BYTES, FIXED32) or end > len(view):
            raise ValueError(f"no field of a message at byte {start}")
        yield Field(number, kind, value, view[end:end] if kind == VARINT else view[place:end], view[start:end])
        place = end


def varint_field(number: int, value: int) -> bytes:
    """A field that holds a whole number; a negative one in two's complement of 64 bits."""
    return _encoded(number << 3 | VARINT) + _encoded(value & (1 << 64) - 1)


def bytes_field(number: int, *parts: bytes | memoryview) -> bytes:
    """A field that holds bytes, a string or a message, joined from parts."""
    return b"".join((_encoded(number << 3 | BYTES), _encoded(sum(map(len, parts))), *parts))


def _varint(view: memoryview, place: int) -> tuple[int, int]:
    """A whole number, and the place after it."""
    value = 0
    for count in range(_LONGEST_VARINT):
        if place + count >= len(view):
            break
        byte = view[place + count]
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            return value, place + count + 1
    raise ValueError(f"no whole number at byte {place}")


def _encoded(value: int) -> bytes:
    coded = bytearray()
    while value > 0x7F:
        coded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*coded, value))
