"""What is done to an image after it is linked, where a boot ROM asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware_tools.errors import FirmwareError

BOOT2_BYTES = 256
_POLYNOMIAL = 0x04C11DB7


def crc32_mpeg2(data: bytes) -> int:
    """CRC-32/MPEG-2 (polynomial 0x04C11DB7, start 0xFFFFFFFF, nothing reflected or inverted)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (_POLYNOMIAL if crc & 0x80000000 else 0)) & 0xFFFFFFFF
    return crc


def rp2040(content: bytes) -> bytes:
    """With the checksum that the RP2040's boot ROM wants of the first 252 bytes, its second-stage boot loader.

    Source: RP2040 Datasheet, section 2.8.1.3.1 "Checksum".

    Raises:
        FirmwareError: the image is shorter than a boot loader.
    """
    if len(content) < BOOT2_BYTES:
        raise FirmwareError("image has no boot loader", f"{len(content)} bytes", "link the port's boot2 first")
    loader = content[: BOOT2_BYTES - 4]
    return loader + crc32_mpeg2(loader).to_bytes(4, "little") + content[BOOT2_BYTES:]


_FINISHES: Mapping[str, Callable[[bytes], bytes]] = {"": bytes, "rp2040": rp2040}


def finished(content: bytes, how: str) -> bytes:
    """Flash content as the board's boot ROM takes it.

    Args:
        content: as it was linked.
        how: ``finish`` of the port.

    Raises:
        FirmwareError: no such finish, or the image cannot have it.
    """
    finish = _FINISHES.get(how)
    if finish is None:
        raise FirmwareError("port asks for an unknown finish", how, f"use one of {', '.join(filter(None, _FINISHES))}")
    return finish(content)
