"""The vendor's own description of a chip (CMSIS-SVD), and a header of register addresses checked against it.

The files are those in pyocd's wheel; nothing of ours went into them. A header says of each number where it stands:

    #define UARTE_BAUDRATE 0x40002524u          /* svd: UARTE0.BAUDRATE */            address of a register
    #define UARTE_ENABLED 8u                    /* svd: UARTE0.ENABLE.ENABLE=Enabled */  a field's value, in its place
    #define UARTE_ENABLE_MASK 0xFu              /* svd: UARTE0.ENABLE.ENABLE */       mask of a field, in its place
    #define PSEL_PORT_SHIFT 5u                  /* svd: UARTE0.PSEL.TXD.PORT@ */      place of a field's lowest bit
    #define GPIO 0x50000000u                    /* svd: P0 */                         base of a peripheral
    #define UARTE_IRQ 2u                        /* svd: irq UARTE0_UART0 */           number of an interrupt
    #define UARTE_STEP 0x4u                     /* svd: step GPIOTE.CONFIG */         bytes between elements of an array
"""

from __future__ import annotations

import os
import re
import shutil
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

_IN_PYOCD = Path("debug") / "svd" / "svd_data.zip"
_DEFINE = re.compile(r"^\s*#define[ \t]+([A-Za-z_]\w*)[ \t]+(\S+)[ \t]*(?:/\*\s*svd:\s*([^*]+?)\s*\*/)?", re.MULTILINE)


@dataclass(frozen=True)
class Field:
    """Some bits of a register; ``values`` are the named ones, not shifted."""

    shift: int
    bits: int
    values: dict[str, int]

    @property
    def mask(self) -> int:
        """In its place."""
        return (1 << self.bits) - 1 << self.shift


@dataclass(frozen=True)
class Register:
    """A register, or the first of ``count``, ``step`` bytes apart (of an array of registers, or of their clusters)."""

    address: int
    reset: int
    fields: dict[str, Field]
    step: int = 0
    count: int = 1


def svd_archive() -> Path | None:
    """The archive of SVD files: ``$KWS_SVD``, or that of a pyocd which is installed or on the path."""
    if chosen := os.environ.get("KWS_SVD"):
        return Path(chosen)
    found = []
    if (spec := find_spec("pyocd")) is not None and spec.origin:
        found.append(Path(spec.origin).parent / _IN_PYOCD)
    if command := shutil.which("pyocd"):
        found += Path(command).resolve().parents[1].glob(f"lib/python*/site-packages/pyocd/{_IN_PYOCD}")
    return next((path for path in found if path.is_file()), None)


@cache
def load_svd(name: str) -> Svd:
    """The chip of that file (``nrf52840.svd``); skips the test where pyocd is absent."""
    archive = svd_archive()
    if archive is None:
        pytest.skip("no SVD files: install pyocd, or name its svd_data.zip with KWS_SVD")
    with zipfile.ZipFile(archive) as opened:
        return Svd(ET.fromstring(opened.read(name)))


class Svd:
    """A chip; paths are ``PERIPHERAL``, ``PERIPHERAL.REGISTER``, ``PERIPHERAL.CLUSTER.REGISTER.FIELD``."""

    def __init__(self, device: ET.Element) -> None:
        self._peripherals = {_text(one, "name"): one for one in device.iter("peripheral")}
        self._registers: dict[str, dict[str, Register]] = {}
        self.interrupts = {_text(one, "name"): int(_text(one, "value"), 0) for one in device.iter("interrupt")}

    def base(self, peripheral: str) -> int:
        """Address of a peripheral; raises KeyError when there is none of that name."""
        return int(_text(self._peripherals[peripheral], "baseAddress"), 0)

    def registers(self, peripheral: str) -> dict[str, Register]:
        """All registers of a peripheral; those of a cluster are ``CLUSTER.REGISTER``; an array's name has no index."""
        if peripheral not in self._registers:
            element = self._peripherals[peripheral]
            base = self.base(peripheral)
            if element.find("registers") is None:
                element = self._peripherals[element.attrib["derivedFrom"]]
            children = element.find("registers")
            self._registers[peripheral] = {} if children is None else dict(_registers(children, base, "", {}))
        return self._registers[peripheral]

    def register(self, path: str) -> Register:
        """``PERIPHERAL.REGISTER``; raises KeyError when there is none of that name."""
        peripheral, _, name = path.partition(".")
        return self.registers(peripheral)[name]

    def addresses(self, peripheral: str) -> set[int]:
        """Of all registers of a peripheral, each element of an array by itself."""
        found = self.registers(peripheral).values()
        return {one.address + one.step * index for one in found for index in range(one.count)}

    def field(self, path: str) -> Field:
        """``PERIPHERAL.REGISTER.FIELD``; raises KeyError when there is none of that name."""
        register, _, name = path.rpartition(".")
        return self.register(register).fields[name]

    def value(self, path: str) -> int:
        """What a path of a header stands for (see the module); raises KeyError when there is no such thing."""
        word, _, rest = path.partition(" ")
        if word == "irq":
            return self.interrupts[rest]
        if word == "step":
            return self.register(rest).step
        if "=" in path:
            name, _, value = path.partition("=")
            field = self.field(name)
            return field.values[value] << field.shift
        if path.endswith("@"):
            return self.field(path[:-1]).shift
        if path in self._peripherals:
            return self.base(path)
        try:
            return self.register(path).address
        except KeyError:
            return self.field(path).mask


def complaints(header: str, svd: Svd) -> list[str]:
    """What is wrong with the numbers of a header: each ``#define`` of a number must say where it stands, and be right.

    Args:
        header: its text; macros with arguments and defines without a value are passed over.
        svd: the chip.
    """
    found = []
    for name, text, path in _defines(header):
        if not path:
            found.append(f"{name}: says not where it stands")
            continue
        try:
            wanted = svd.value(path)
        except KeyError:
            found.append(f"{name}: the chip has no {path}")
            continue
        if _number(text) != wanted:
            found.append(f"{name}: {text}, but {path} is {wanted:#x}")
    return found


def checked(header: str) -> int:
    """How many numbers of a header say where they stand."""
    return sum(1 for _, _, path in _defines(header) if path)


def _defines(header: str) -> Iterator[tuple[str, str, str]]:
    for name, text, path in _DEFINE.findall(header):
        if not text.startswith("/*"):
            yield name, text, path


def _number(text: str) -> int | None:
    try:
        return int(text.strip("()").rstrip("uUlL"), 0)
    except ValueError:
        return None


def _registers(
    parent: ET.Element, base: int, prefix: str, siblings: dict[str, ET.Element], array: tuple[int, int] = (0, 1)
) -> Iterator[tuple[str, Register]]:
    named = siblings | {_text(one, "name"): one for one in parent.iterfind("register")}
    for one in parent:
        if one.tag not in ("register", "cluster"):
            continue
        name = prefix + _text(one, "name").replace("[%s]", "").replace("%s", "")
        address = base + int(_text(one, "addressOffset"), 0)
        if one.tag == "cluster":
            yield from _registers(one, address, name + ".", named, _array(one) or array)
            continue
        origin = named.get(one.attrib.get("derivedFrom", ""), one)
        fields = one if one.find("fields") is not None else origin
        found = {_text(field, "name"): _field(field) for field in fields.iterfind("fields/field")}
        yield name, Register(address, _int(one, "resetValue"), found, *(_array(one) or array))


def _array(element: ET.Element) -> tuple[int, int] | None:
    """Step and count."""
    return (_int(element, "dimIncrement"), _int(element, "dim")) if element.find("dim") is not None else None


def _field(element: ET.Element) -> Field:
    if (offset := element.findtext("bitOffset")) is not None:
        shift, bits = int(offset, 0), int(element.findtext("bitWidth") or "1", 0)
    elif (lsb := element.findtext("lsb")) is not None:
        shift, bits = int(lsb, 0), int(_text(element, "msb"), 0) - int(lsb, 0) + 1
    else:
        high, low = _text(element, "bitRange").strip("[]").split(":")
        shift, bits = int(low), int(high) - int(low) + 1
    named = element.iterfind("enumeratedValues/enumeratedValue")
    return Field(shift, bits, {_text(one, "name"): _int(one, "value") for one in named})


def _text(element: ET.Element, name: str) -> str:
    text = element.findtext(name)
    if text is None:
        raise ValueError(f"an SVD element has no {name}")
    return text.strip()


def _int(element: ET.Element, name: str) -> int:
    text = (element.findtext(name) or "0").strip()
    if text.startswith("#"):
        return int(text[1:], 2)
    return int(text, 10 if text.isdigit() else 0)  # "00000010" stands in files of ST
