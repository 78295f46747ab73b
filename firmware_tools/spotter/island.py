"""The always-on island: every byte that listening needs, constants in flash and RAM together; code does not count.

Counted from the linked image itself: all that lies in its memory of constants and variables, but for objects that are
known to be of something else (the serial link, the board's port, the app around the detector). So what somebody adds to
engine, front end or detector is counted without anybody having to name it here. To these come the stack, painted while
the detector listens (:mod:`firmware_tools.spotter.stack`), and the sound that has to wait while it computes.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from firmware_tools.errors import FirmwareError
from firmware_tools.image.build import FirmwareImage
from firmware_tools.image.elf import Elf, Section, Symbol, read_elf

WEIGHTS, MODEL, FRONTEND, DETECTOR = "weights", "model's constants", "front end's tables", "detector's constants"
ENGINE_RAM, FRONTEND_RAM, DETECTOR_RAM = "engine's RAM", "front end's RAM", "detector's RAM"
STACK, SOUND, OTHER, OTHER_RAM = "stack", "sound that waits", "other constants", "other RAM"
#: In the order of the table.
KINDS = (WEIGHTS, MODEL, FRONTEND, DETECTOR, OTHER, ENGINE_RAM, FRONTEND_RAM, DETECTOR_RAM, OTHER_RAM, STACK, SOUND)

Table = tuple[tuple[str, str, str], ...]
#: Sources whose objects are the detector's own, and their kinds in flash and in RAM; those of other files are not.
_FILES: Table = (
    ("kws_model.c", MODEL, ENGINE_RAM),
    ("kws_kernels*.c", MODEL, ENGINE_RAM),
    ("kws_stream*.c", MODEL, ENGINE_RAM),
    ("kws_frontend*.c", FRONTEND, FRONTEND_RAM),
    ("kws_detector*.c", DETECTOR, DETECTOR_RAM),
    ("kws_listener*.c", DETECTOR, DETECTOR_RAM),
    ("kws_bundle.c", DETECTOR, DETECTOR_RAM),
    ("kws_app_config.c", DETECTOR, DETECTOR_RAM),
)
#: Objects in them whose name says more than the file: weights, and a bundle's memory.
_NAMES: Table = (
    ("*_weights", WEIGHTS, ENGINE_RAM),
    ("frontend*", FRONTEND, FRONTEND_RAM),
    ("frame", FRONTEND, FRONTEND_RAM),
    ("window", MODEL, ENGINE_RAM),
    ("stream_state", MODEL, ENGINE_RAM),
)
#: What an app owns of the detector.
_OF_APP: Table = (("listener", DETECTOR, DETECTOR_RAM),)
#: Public objects, which an image gives no file: the detector's, and other people's. Any other is counted.
_PUBLIC: Table = (
    ("kws_model*", MODEL, ENGINE_RAM),
    ("kws_frontend*", FRONTEND, FRONTEND_RAM),
    ("kws_bundle*", DETECTOR, DETECTOR_RAM),
    ("kws_app_*", DETECTOR, DETECTOR_RAM),
)
_NOT_OURS = ("kws_ld_*", "kws_vectors", "kws_port_*", "kws_usb*", "kws_image*", "kws_wire*", "kws_link*", "kws_crc*")
_NONE = ("", "")
_CONSTANTS = ".rodata"
_SECTIONS = (_CONSTANTS, ".data", ".bss")  # what a linker script calls otherwise (vectors, DMA rings) is of the port


@dataclass(frozen=True)
class Part:
    """Bytes of one object, or of what a measurement gave; ``kind`` is one of :data:`KINDS`."""

    name: str
    kind: str
    bytes: int


@dataclass(frozen=True)
class Island:
    """All parts, the largest first."""

    parts: tuple[Part, ...]

    @property
    def bytes(self) -> int:
        """All of them together."""
        return sum(part.bytes for part in self.parts)

    @property
    def by_kind(self) -> dict[str, int]:
        """Bytes of each kind that there is, in the order of :data:`KINDS`."""
        sums: defaultdict[str, int] = defaultdict(int)
        for part in self.parts:
            sums[part.kind] += part.bytes
        return {kind: sums[kind] for kind in KINDS if sums[kind]}

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        parts = [{"name": part.name, "kind": part.kind, "bytes": part.bytes} for part in self.parts]
        return {"bytes": self.bytes, "by_kind": self.by_kind, "parts": parts}


def island(image: FirmwareImage, stack_bytes: int, waiting_samples: float) -> Island:
    """The island of a detector's image.

    Args:
        image: the spotter app with a bundle.
        stack_bytes: as measured while it listens.
        waiting_samples: that come in while it computes longest. They wait in one of two buffers that are filled in
            turn, each of so many.

    Raises:
        FirmwareError: the image cannot be read, or is that of no detector.
    """
    elf = read_elf(image.elf)
    found = [*_objects(elf), *_measured(stack_bytes, waiting_samples)]
    missing = {WEIGHTS, ENGINE_RAM, FRONTEND_RAM, DETECTOR_RAM} - {part.kind for part in found}
    if missing:
        what = "image has nothing of a part that each detector has"
        raise FirmwareError(what, sorted(missing)[0], "this is a fault of kws: report it")
    return Island(tuple(sorted(found, key=lambda part: (-part.bytes, part.name))))


def _measured(stack_bytes: int, waiting_samples: float) -> Iterator[Part]:
    yield Part("stack, while listening", STACK, stack_bytes)
    yield Part("two buffers of samples", SOUND, 2 * 2 * math.ceil(waiting_samples))


def _objects(elf: Elf) -> Iterator[Part]:
    for section in elf.sections:
        if section.name.startswith(_SECTIONS):
            yield from _of_section(elf, section)


def _of_section(elf: Elf, section: Section) -> Iterator[Part]:
    """Objects of the island in a section, and all that has no name: texts, tables of the compiler's, padding."""
    ram = not section.name.startswith(_CONSTANTS)
    inside = [symbol for symbol in elf.symbols if symbol.section == section.name and symbol.bytes]
    at, nameless = section.address, section.bytes
    for symbol in sorted(inside, key=lambda one: one.address):
        end = max(at, symbol.address + symbol.bytes)
        kind, size = kind_of(symbol, ram), end - max(at, symbol.address)
        nameless -= size
        if kind and size:
            yield Part(symbol.name, kind, size)
        at = end
    if nameless:
        yield Part("texts, padding", OTHER_RAM if ram else OTHER, nameless)


def kind_of(symbol: Symbol, ram: bool) -> str:
    """The kind of an object; empty for one that is not of the island."""
    return _kinds(symbol)[1 if ram else 0]


def _kinds(symbol: Symbol) -> tuple[str, str]:
    """Kinds of an object in flash and in RAM."""
    if not symbol.file:
        theirs = any(fnmatch(symbol.name, pattern) for pattern in _NOT_OURS)
        return _NONE if theirs else _first(_PUBLIC, symbol.name, (OTHER, OTHER_RAM))
    of_file = _first(_FILES, symbol.file, _NONE)
    names = _NAMES if of_file != _NONE else _OF_APP
    return _first(names, symbol.name, of_file)


def _first(table: Table, name: str, otherwise: tuple[str, str]) -> tuple[str, str]:
    """Kinds of the first row that the name fits."""
    found = [row for row in table if fnmatch(name, row[0])]
    return found[0][1:] if found else otherwise
