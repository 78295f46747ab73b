"""What is needed of an ELF file: the bytes to flash, and which symbol takes how much of what.

The format: System V ABI, chapters 4 and 5; 32-bit little endian, as ARM images are.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from firmware_tools.errors import FirmwareError

_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
_SEGMENT = struct.Struct("<8I")
_SECTION = struct.Struct("<10I")
_SYMBOL = struct.Struct("<IIIBBH")
_PT_LOAD, _SHT_SYMTAB, _SHT_NOBITS = 1, 2, 8
_SHF_ALLOC = 2
_STT_OBJECT, _STT_FUNC, _STT_FILE = 1, 2, 4


@dataclass(frozen=True)
class Section:
    """A section that takes memory on the board."""

    name: str
    address: int
    bytes: int
    stored: bool  # its content is in flash (as code, constants, or first values of variables)


@dataclass(frozen=True)
class Symbol:
    """A function or an object.

    ``file`` is the source that a static one comes from, as its name without folders; empty for public ones.
    """

    name: str
    address: int
    bytes: int
    section: str
    function: bool
    file: str = ""


@dataclass(frozen=True)
class Elf:
    """A parsed image."""

    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...]
    segments: tuple[tuple[int, bytes], ...]  # (load address, content)

    def flat(self, origin: int) -> bytes:
        """Flash content from ``origin`` on; gaps are 0xFF, as erased flash is."""
        end = max((address + len(content) for address, content in self.segments), default=origin)
        image = bytearray(b"\xff" * (end - origin))
        for address, content in self.segments:
            image[address - origin : address - origin + len(content)] = content
        return bytes(image)

    @cached_property
    def _functions(self) -> list[Symbol]:
        return sorted((s for s in self.symbols if s.function), key=lambda s: s.address)

    def locate(self, address: int) -> str:
        """``function+0x12`` for a code address, or its hexadecimal digits."""
        address &= ~1
        index = bisect_right([s.address for s in self._functions], address) - 1
        if index >= 0:
            symbol = self._functions[index]
            if address < symbol.address + max(symbol.bytes, 2):
                return f"{symbol.name}+{address - symbol.address:#x}"
        return f"{address:#010x}"


def read_elf(path: Path) -> Elf:
    """Parse an image.

    Raises:
        FirmwareError: missing, or no 32-bit little-endian ELF file, or damaged.
    """
    try:
        data = path.read_bytes()
        return parse_elf(data)
    except OSError as error:
        raise FirmwareError("image cannot be read", str(path), error.strerror or "") from None
    except (struct.error, IndexError, ValueError) as error:
        raise FirmwareError("image is no 32-bit ELF file", str(path), str(error)) from None


def parse_elf(data: bytes) -> Elf:
    """Parse the bytes of an image.

    Raises:
        ValueError, struct.error, IndexError: they are none.
    """
    if data[:6] != b"\x7fELF\x01\x01":
        raise ValueError("wrong magic number")
    header = _HEADER.unpack_from(data)
    phoff, shoff, phentsize, phnum, shentsize, shnum, shstrndx = header[5], header[6], *header[9:14]
    raw = [_SECTION.unpack_from(data, shoff + i * shentsize) for i in range(shnum)]
    names = [_text(data, raw[shstrndx][4] + section[0]) for section in raw]
    sections = tuple(
        Section(name, s[3], s[5], s[1] != _SHT_NOBITS)
        for name, s in zip(names, raw, strict=True)
        if s[2] & _SHF_ALLOC and s[5] > 0
    )
    segments = []
    for index in range(phnum):
        kind, offset, _virtual, physical, stored, *_ = _SEGMENT.unpack_from(data, phoff + index * phentsize)
        if kind == _PT_LOAD and stored > 0:
            segments.append((physical, data[offset : offset + stored]))
    return Elf(sections, _symbols(data, raw, names), tuple(segments))


def _symbols(data: bytes, raw: list[tuple[int, ...]], names: list[str]) -> tuple[Symbol, ...]:
    found = []
    for section in raw:
        if section[1] != _SHT_SYMTAB:
            continue
        strings, file, locals_end = raw[section[6]][4], "", section[4] + section[7] * _SYMBOL.size
        for offset in range(section[4], section[4] + section[5], _SYMBOL.size):
            name, value, size, info, _other, index = _SYMBOL.unpack_from(data, offset)
            if info & 15 == _STT_FILE:
                file = _text(data, strings + name)
            if info & 15 in (_STT_OBJECT, _STT_FUNC) and 0 < index < len(names):
                function = info & 15 == _STT_FUNC
                address = value & ~1 if function else value
                of = file if offset < locals_end else ""
                found.append(Symbol(_text(data, strings + name), address, size, names[index], function, of))
    return tuple(found)


def _text(data: bytes, offset: int) -> str:
    return data[offset : data.index(b"\0", offset)].decode("ascii", "replace")
