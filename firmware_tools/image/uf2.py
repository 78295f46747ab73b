"""UF2: flash content in blocks of 512 bytes, each of which says where its part belongs.

A boot loader shows itself as a drive; whatever order a computer writes a file's blocks in, the loader finds them by
their magic numbers. The format: https://github.com/microsoft/uf2.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from firmware_tools.errors import FirmwareError

BLOCK_BYTES, PAYLOAD_BYTES = 512, 256
_ROOM_BYTES = 476  # of a block for content; loaders take 256 a block
_MAGIC = (0x0A324655, 0x9E5D5157, 0x0AB16F30)
_HEADER = struct.Struct("<8I")
_FAMILY, _NOT_FLASH = 0x2000, 0x1

#: Chips whose loaders take UF2, by the number that stands in each block (utils/uf2families.json of that project).
FAMILIES: Mapping[str, int] = {
    "rp2040": 0xE48BFF56,
    "rp2xxx_absolute": 0xE48BFF57,
    "rp2350_arm_s": 0xE48BFF59,
    "rp2350_riscv": 0xE48BFF5A,
    "nrf52840": 0xADA52840,
    "nrf52833": 0x621E937A,
}


@dataclass(frozen=True)
class Uf2:
    """What a UF2 file holds: ``content`` from ``origin`` on, for chips of the family with this number."""

    content: bytes
    origin: int
    family: int


def family_number(family: str | int) -> int:
    """Number of a family, by its name or as it is; raises FirmwareError when there can be none."""
    number = FAMILIES.get(family, -1) if isinstance(family, str) else family
    if not 0 <= number < 1 << 32:
        raise FirmwareError("unknown UF2 family", family, f"use one of {', '.join(FAMILIES)}, or its number")
    return number


def to_uf2(content: bytes, origin: int, family: int) -> bytes:
    """A UF2 file of flash content.

    The last block is filled up with 0xFF, as erased flash is.

    Args:
        content: bytes for flash, at least one.
        origin: address of the first, a multiple of 256.
        family: number of the chip's family.
    """
    count = -(-len(content) // PAYLOAD_BYTES)
    blocks = []
    for number in range(count):
        part = content[number * PAYLOAD_BYTES :][:PAYLOAD_BYTES].ljust(PAYLOAD_BYTES, b"\xff")
        address = origin + number * PAYLOAD_BYTES
        header = _HEADER.pack(*_MAGIC[:2], _FAMILY, address, PAYLOAD_BYTES, number, count, family)
        blocks.append(header + part.ljust(_ROOM_BYTES, b"\0") + _MAGIC[2].to_bytes(4, "little"))
    return b"".join(blocks)


def from_uf2(data: bytes) -> Uf2:
    """What a UF2 file holds; its blocks may stand in any order, gaps between them are 0xFF.

    Raises:
        FirmwareError: it is cut off, no UF2, incomplete, or for several families.
    """
    if not data or len(data) % BLOCK_BYTES:
        raise FirmwareError("UF2 file is cut off", f"{len(data)} bytes", f"its blocks have {BLOCK_BYTES} bytes each")
    parts: dict[int, bytes] = {}
    seen, counts, families = set(), set(), set()
    for offset in range(0, len(data), BLOCK_BYTES):
        magic0, magic1, flags, address, used, number, count, family = _HEADER.unpack_from(data, offset)
        end = int.from_bytes(data[offset + BLOCK_BYTES - 4 : offset + BLOCK_BYTES], "little")
        if (magic0, magic1, end) != _MAGIC or not 0 < used <= _ROOM_BYTES:
            raise FirmwareError("file is no UF2", f"block {offset // BLOCK_BYTES}", "build it again")
        seen.add(number)
        counts.add(count)
        families.add(family if flags & _FAMILY else 0)
        if not flags & _NOT_FLASH:
            parts[address] = data[offset + _HEADER.size :][:used]
    if len(families) != 1 or len(counts) != 1 or seen != set(range(counts.pop())):
        raise FirmwareError("UF2 file is not whole", f"{len(seen)} different blocks", "build it again")
    origin = min(parts, default=0)
    return Uf2(_joined(parts, origin), origin, families.pop())


def _joined(parts: Mapping[int, bytes], origin: int) -> bytes:
    """Parts by address, as one piece of flash."""
    content = bytearray(b"\xff" * max((address + len(part) - origin for address, part in parts.items()), default=0))
    for address, part in parts.items():
        content[address - origin : address - origin + len(part)] = part
    return bytes(content)
