"""FLAC: how many samples STREAMINFO announces, and where the last frame ends.

RFC 9639, sections 8.2 (STREAMINFO) and 9.1 (frame header).
"""

from __future__ import annotations

from typing import BinaryIO

from kws_data.containers.promise import HeaderError, Promise
from kws_data.containers.tags import without_tags

MAGIC = b"fLaC"
_TAGS_BYTES = 1 << 10  # of tags behind the last frame, which may be there
_TAIL_BYTES = 1 << 16  # looked through where the largest frame is not known
_BLOCKS = {1: 192, **{n: 576 << (n - 2) for n in range(2, 6)}, **{n: 256 << (n - 8) for n in range(8, 16)}}


def look_at_flac(file: BinaryIO, end: int) -> Promise:
    """What a FLAC file promises; one that tells no length, or too short a one, is read to its end.

    Raises:
        HeaderError: no FLAC behind its first letters, or two.
    """
    file.seek(0)
    head = file.read(42)
    if len(head) < 42 or head[4] & 0x7F:
        raise HeaderError("file is no audio or is damaged", "FLAC without its first block: export it again")
    announced = int.from_bytes(head[21:26], "big") & 0xF_FFFF_FFFF
    largest = int.from_bytes(head[15:18], "big")
    fixed = int.from_bytes(head[8:10], "big")
    if _second_file(file, end):
        raise HeaderError("file holds a second file behind its audio", "split it, or export it again")
    there = _last_sample(file, max(42, end - (largest + _TAGS_BYTES if largest else _TAIL_BYTES)), end, fixed)
    if announced and there <= announced:
        return Promise(form="FLAC")
    whole = head[:21] + bytes([head[21] & 0xF0]) + bytes(4)
    return Promise(((whole, (26, without_tags(file, end))),), exact=False, form="FLAC")


def _second_file(file: BinaryIO, end: int) -> bool:
    """Whether another FLAC, with a STREAMINFO of its 34 bytes, begins somewhere behind the first."""
    beginnings, kept = [MAGIC + last + b"\0\0\x22" for last in (b"\0", b"\x80")], b""
    file.seek(42)
    while file.tell() < end and (block := file.read(1 << 20)):
        looked_at = kept + block
        if any(beginning in looked_at for beginning in beginnings):
            return True
        kept = looked_at[-8:]
    return False


def _last_sample(file: BinaryIO, position: int, end: int, fixed_block: int) -> int:
    """Number of samples up to the end of the last frame that begins behind ``position``; 0 when none is seen."""
    file.seek(position)
    tail = file.read(min(end - position, 1 << 24))
    at = len(tail)
    while (at := max(tail.rfind(b"\xff\xf8", 0, at), tail.rfind(b"\xff\xf9", 0, at))) >= 0:
        if found := _frame_end(tail[at : at + 16], fixed_block):
            return found
    return 0


def _frame_end(head: bytes, fixed_block: int) -> int:
    """Samples up to the end of the frame whose header this is; 0 when it is none."""
    number, used = _coded_number(head[4:11])
    code = head[2] >> 4 if len(head) > 4 else 0
    if not used or not code:
        return 0
    at = 4 + used
    extra = {6: 1, 7: 2}.get(code, 0)
    size = int.from_bytes(head[at : at + extra], "big") + 1 if extra else _BLOCKS[code]
    at += extra + {12: 1, 13: 2, 14: 2}.get(head[2] & 15, 0)
    if at >= len(head) or _crc8(head[:at]) != head[at]:
        return 0
    return number + size if head[1] & 1 else number * fixed_block + size


def _coded_number(data: bytes) -> tuple[int, int]:
    """A number as UTF-8 codes it, of up to 36 bits, and the bytes it takes; (0, 0) when it is none."""
    if not data:
        return 0, 0
    more = next((n for n in range(8) if not data[0] & (0x80 >> n)), 8)
    if more in (1, 8) or len(data) < max(more, 1):
        return 0, 0
    value = data[0] & (0x7F >> more)
    for byte in data[1:more]:
        value = value << 6 | byte & 0x3F
    return value, max(more, 1)


def _crc8(data: bytes) -> int:
    """CRC-8 with polynomial 0x07, as the frame header has it."""
    crc = 0
    for byte in data:
        crc = _CRC8[crc ^ byte]
    return crc


def _crc8_of(byte: int) -> int:
    for _ in range(8):
        byte = (byte << 1 ^ 0x07) & 0xFF if byte & 0x80 else byte << 1
    return byte


_CRC8 = tuple(map(_crc8_of, range(256)))
