"""Sections of a WebAssembly module, by the standard's binary format."""

from __future__ import annotations

IMPORTS, EXPORTS, CUSTOM = 2, 7, 0


def wasm_sections(module: bytes) -> dict[int, bytes]:
    """Number of a section -> its content; of several custom ones the last."""
    found, at = {}, 8
    while at < len(module):
        number = module[at]
        size, at = _leb128(module, at + 1)
        found[number] = module[at : at + size]
        at += size
    return found


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at
