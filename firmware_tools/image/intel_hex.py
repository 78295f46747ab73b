"""Intel HEX: flash content as lines of text, which programmers and drives of debug probes take.

The format: Intel, Hexadecimal Object File Format Specification, revision A (1988); 32-bit addresses.
"""

from __future__ import annotations

_LINE_BYTES = 16
_DATA, _END, _UPPER_ADDRESS = 0, 1, 4


def to_intel_hex(content: bytes, origin: int) -> str:
    """The lines of a file with flash content from ``origin`` on; ``origin`` is a multiple of 16."""
    lines, upper = [], -1
    for offset in range(0, len(content), _LINE_BYTES):
        address = origin + offset
        if address >> 16 != upper:
            upper = address >> 16
            lines.append(_record(_UPPER_ADDRESS, 0, upper.to_bytes(2, "big")))
        lines.append(_record(_DATA, address & 0xFFFF, content[offset : offset + _LINE_BYTES]))
    return "\n".join([*lines, _record(_END, 0, b"")]) + "\n"


def _record(kind: int, address: int, content: bytes) -> str:
    """A line; its last byte makes the sum of all zero."""
    body = bytes([len(content)]) + address.to_bytes(2, "big") + bytes([kind]) + content
    return ":" + (body + bytes([-sum(body) & 0xFF])).hex().upper()
