"""What a port can do: ``firmware/ports/<port>/port.yaml``, which says what a board file may say of it.

A port is one folder of C for a family of chips. Boards of the family differ in their microphone, the pins, and the
serial line: those stand in the board file, and become ``KWS_MIC_...`` and ``KWS_SERIAL_...`` for the port's C; where
the clock comes from becomes ``KWS_OSCILLATOR_...``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from firmware_tools.boards.memory import Memory
from firmware_tools.errors import BoardError
from firmware_tools.firmware import FIRMWARE_DIR
from firmware_tools.toolchain.cores import CORE_FLAGS
from firmware_tools.yaml_text import read_yaml

PORTS_DIR = FIRMWARE_DIR / "ports"
PORT_FILE = "port.yaml"


@dataclass(frozen=True)
class Choice:
    """A number that a board file says: from ``least`` to ``most``; must be said where ``default`` is None."""

    least: int
    most: int
    default: int | None = None


@dataclass(frozen=True)
class Peripheral:
    """A microphone, a serial line or an oscillator as a board has it.

    Attributes:
        kind: what it is, as its port calls it (``pdm``, ``uart``); ``builtin`` where the port knows but one.
        settings: pins and the like, by name.
    """

    kind: str = "builtin"
    settings: tuple[tuple[str, int], ...] = ()

    def defines(self, prefix: str) -> tuple[str, ...]:
        """For C: ``<prefix>_<KIND>=1`` and ``<prefix>_<NAME>=<value>`` of each setting."""
        named = (f"{prefix}_{name.upper()}={value}" for name, value in self.settings)
        return (f"{prefix}_{self.kind.upper()}=1", *named)

    def to_dict(self) -> dict[str, Any]:
        """As in a board file."""
        return {"kind": self.kind, **dict(self.settings)}


BUILTIN = Peripheral()


@dataclass(frozen=True)
class PortSpec:
    """A family of chips.

    Attributes:
        name: its folder.
        cores: that its boards may have.
        shares: further folders of ``firmware/shared`` whose C it takes.
        microphones, serials, oscillators: by kind, what a board file may say.
        finish: what is done to an image after it is linked (``image.finish``); empty when nothing.
        emulator: runs its boards where none is connected (``emulator.power``); empty when nothing does.
        flash, ram: where its chips have them; None where anything goes.
        next_pins: ``kind.setting`` of pins whose next one is taken as well.
    """

    name: str
    cores: tuple[str, ...]
    shares: tuple[str, ...] = ()
    microphones: Mapping[str, Mapping[str, Choice]] = field(default_factory=dict)
    serials: Mapping[str, Mapping[str, Choice]] = field(default_factory=dict)
    oscillators: Mapping[str, Mapping[str, Choice]] = field(default_factory=dict)
    finish: str = ""
    emulator: str = ""
    flash: Memory | None = None
    ram: Memory | None = None
    next_pins: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Of its C and its linker script."""
        return PORTS_DIR / self.name

    @property
    def folders(self) -> tuple[Path, ...]:
        """Of all C that it consists of."""
        return (self.folder, *(FIRMWARE_DIR / "shared" / name for name in self.shares))


def port_names() -> list[str]:
    """The ports that there are."""
    return sorted(path.parent.name for path in PORTS_DIR.glob(f"*/{PORT_FILE}"))


@cache
def load_port(name: str) -> PortSpec:
    """The port of that name, one of :func:`port_names`; raises BoardError when its file is wrong."""
    path = PORTS_DIR / name / PORT_FILE
    try:
        values = read_yaml(path)
        port = PortSpec(
            name,
            tuple(values["cores"]),
            tuple(values.get("shares", ())),
            _kinds(values.get("microphones", {})),
            _kinds(values.get("serials", {})),
            _kinds(values.get("oscillators", {})),
            values.get("finish", ""),
            values.get("emulator", ""),
            flash=Memory(*values["flash"]) if "flash" in values else None,
            ram=Memory(*values["ram"]) if "ram" in values else None,
            next_pins=tuple(values.get("next_pins", ())),
        )
    except OSError as error:
        raise BoardError("port's file cannot be read", str(path), error.strerror or "") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BoardError("port's file is wrong", str(path), str(error)) from None
    if unknown := set(port.cores) - set(CORE_FLAGS):
        raise BoardError("port's file names unknown cores", ", ".join(sorted(unknown)), str(path))
    return port


def _kinds(values: Mapping[str, Any]) -> dict[str, dict[str, Choice]]:
    return {kind: {name: Choice(*numbers) for name, numbers in (keys or {}).items()} for kind, keys in values.items()}


def peripheral(values: object, kinds: Mapping[str, Mapping[str, Choice]], where: str) -> Peripheral:
    """A microphone, serial line or oscillator of a board file, checked against what its port knows; defaults filled in.

    Args:
        values: ``{kind: pdm, clock_pin: 2, ...}``, or None: only right for a port that knows nothing to choose.
        kinds: of the port.
        where: begins the message, such as ``pico.yaml: microphone``.

    Raises:
        BoardError: an unknown kind or key, a key missing, or a number out of range.
    """
    if not kinds:
        if values is None or values == BUILTIN.to_dict():
            return BUILTIN
        raise BoardError(where, str(values), "this port has but one: leave it out")
    if not isinstance(values, Mapping) or values.get("kind") not in kinds:
        raise BoardError(where, str(values), f"write {{kind: ...}} with one of {', '.join(kinds)}")
    kind = str(values["kind"])
    choices = kinds[kind]
    for key in values:
        if key != "kind" and key not in choices:
            raise BoardError(f"{where}: unknown key", str(key), f"{kind} knows {', '.join(choices) or 'none'}")
    return Peripheral(kind, tuple((name, _number(name, one, values, where)) for name, one in choices.items()))


def _number(name: str, choice: Choice, values: Mapping[str, Any], where: str) -> int:
    value = values.get(name, choice.default)
    if value is None:
        raise BoardError(f"{where}: key missing", name, f"add {name}: {choice.least} to {choice.most}")
    if not isinstance(value, int) or isinstance(value, bool) or not choice.least <= value <= choice.most:
        raise BoardError(f"{where}: {name}", _shown(value), f"{_shown(choice.least)} to {_shown(choice.most)}")
    return value


def _shown(value: object) -> str:
    """A large number in hexadecimal digits too, as most such are written."""
    return f"{value} ({value:#x})" if isinstance(value, int) and value > 0xFF else str(value)
