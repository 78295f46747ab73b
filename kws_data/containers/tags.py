"""Tags that programs put before and behind audio of any format."""

from __future__ import annotations

from typing import BinaryIO


def id3_size(head: bytes) -> int:
    """Bytes of the ID3v2 tag that begins here, header and footer with it; 0 when none does (ID3v2.4, section 3.1)."""
    if len(head) < 10 or head[:3] != b"ID3" or max(head[6:10]) > 0x7F:
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte
    return 10 + size + (10 if head[5] & 0x10 else 0)


def without_tags(file: BinaryIO, end: int) -> int:
    """Where a file ends without the tags behind it (APE, ID3v1)."""
    if end >= 128:
        file.seek(end - 128)
        end -= 128 if file.read(3) == b"TAG" else 0
    if end >= 32:
        file.seek(end - 32)
        foot = file.read(32)
        size = int.from_bytes(foot[12:16], "little")
        end -= size if foot.startswith(b"APETAGEX") and size <= end else 0
    return end
