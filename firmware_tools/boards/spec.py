"""Board files: ``configs/boards/<name>.yaml`` to a checked :class:`BoardSpec`.

A board is named (``emulated``) or given by path (``my/board.yaml``). Named ones are looked for in ``configs/boards``
below the current folder, then among those that come with kws.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from firmware_tools.boards.loader import USB_ID, loader_settings
from firmware_tools.boards.pins import check_pins
from firmware_tools.boards.port import BUILTIN, Peripheral, PortSpec, load_port, peripheral, port_names
from firmware_tools.boards.power import PowerSpec, power_settings
from firmware_tools.boards.table import checked_table, nearest, texts
from firmware_tools.errors import BoardError
from firmware_tools.home import in_home
from firmware_tools.toolchain.cores import CORE_FLAGS
from firmware_tools.yaml_text import read_yaml

#: What a board's file may name as ``timing``.
TIMING_NAMES = ("default", "kindest", "harshest")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


@dataclass(frozen=True)
class FlashSpec:
    """Where the image lives."""

    origin: int
    bytes: int
    wait_states: int = 0


@dataclass(frozen=True)
class RamSpec:
    """Where variables and the stack live."""

    origin: int
    bytes: int


@dataclass(frozen=True)
class BoardSpec:
    """One kind of board.

    Attributes:
        core: what the compiler is told, a key of ``toolchain.cores.CORE_FLAGS``.
        clock_hz: core clock, cycles a second.
        port: folder below ``firmware_tools/firmware/ports``.
        flasher: how an image gets onto it (``flashers.find.flasher_for``).
        baud: line rate of its UART, bits a second.
        stack_bytes: reserved for the stack at the bottom of RAM.
        usb_ids: ``vvvv:pppp`` in small hexadecimal digits, by which its serial port is found.
        microphone, serial: which of those that its port knows, and the pins.
        oscillator: where its clock comes from, for ports that can choose.
        power: what it draws while it listens, by its data sheets; None where nobody has looked them up.
        loader: what its flasher needs to know (``boards.loader``), such as the name of a drive.
        timing: which setting of the emulator's cycle model counts its cycles (``emulator.timing``).
        proven: where it was seen to work, a line each; the first says how it was built.
    """

    name: str
    core: str
    clock_hz: int
    port: str
    flasher: str
    flash: FlashSpec
    ram: RamSpec
    baud: int
    description: str = ""
    stack_bytes: int = 4096
    usb_ids: tuple[str, ...] = ()
    microphone: Peripheral = BUILTIN
    serial: Peripheral = BUILTIN
    oscillator: Peripheral = BUILTIN
    loader: tuple[tuple[str, Any], ...] = ()
    power: PowerSpec | None = None
    timing: str = "default"
    proven: tuple[str, ...] = ()

    @property
    def family(self) -> PortSpec:
        """What its port can do."""
        return load_port(self.port)

    @property
    def emulated(self) -> bool:
        """Whether there is no such board but the emulated one."""
        return self.port == "emulated"

    @property
    def emulator(self) -> str:
        """What runs it where none is connected (``emulator.power``); empty when nothing does."""
        return self.family.emulator if self.port in port_names() else ""

    def cycles_to_ms(self, cycles: float) -> float:
        """Milliseconds that ``cycles`` take at this board's clock."""
        return cycles * 1000.0 / self.clock_hz

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as in a board file."""
        plain = dataclasses.asdict(self) | {"usb_ids": list(self.usb_ids), "proven": list(self.proven)}
        parts = {"microphone": self.microphone.to_dict(), "serial": self.serial.to_dict(), "loader": dict(self.loader)}
        return plain | parts | {"oscillator": self.oscillator.to_dict()}


def board_folders() -> list[Path]:
    """Folders in which a board's name is looked for, first one first."""
    here = Path.cwd() / "configs" / "boards"
    shipped = Path(str(resources.files("kws_configs"))) / "boards"
    return [folder for folder in (here, shipped) if folder.is_dir()]


def list_boards() -> list[BoardSpec]:
    """All boards that can be named and used, by name."""
    return boards_here()[0]


def boards_here() -> tuple[list[BoardSpec], dict[str, BoardError]]:
    """All boards that can be named: those that can be used, by name, and what is wrong with the files of the others."""
    paths: dict[str, Path] = {}
    for folder in board_folders():
        for path in folder.glob("*.yaml"):
            paths.setdefault(path.stem, path)
    boards: list[BoardSpec] = []
    wrong: dict[str, BoardError] = {}
    for name in sorted(paths):
        try:
            boards.append(read_board(paths[name]))
        except BoardError as error:
            wrong[name] = error
    return boards, wrong


def load_board(name_or_path: str | Path) -> BoardSpec:
    """The board of that name, or of that file.

    Raises:
        BoardError: nobody knows it (with the nearest name), or its file is wrong.
    """
    return read_board(board_file(name_or_path))


def board_file(name_or_path: str | Path) -> Path:
    """The file of the board of that name, or the file itself; raises BoardError when nobody knows the name."""
    text = str(name_or_path)
    if text.endswith((".yaml", ".yml")) or "/" in text:
        return in_home(text)
    for folder in board_folders():
        if (folder / f"{text}.yaml").is_file():
            return folder / f"{text}.yaml"
        if (folder / f"{text}.yml").is_file():
            raise BoardError("board file is found by its path only", f"{folder / text}.yml", f"name it {text}.yaml")
    names = sorted({path.stem for folder in board_folders() for path in folder.glob("*.yaml")})
    raise BoardError("unknown board", text, nearest(text, names) or f"known boards: {', '.join(names) or 'none'}")


def read_board(path: Path) -> BoardSpec:
    """A board file.

    Raises:
        BoardError: missing, no YAML, a key that is unknown (with the nearest valid one), twice there, missing or out of
            range, or another name than the file's.
    """
    try:
        values = read_yaml(path)
    except OSError as error:
        raise BoardError("board file cannot be read", str(path), error.strerror or "") from None
    except ValueError as error:
        raise BoardError("board file is no YAML that can be used", str(path), str(error)) from None
    board = board_from_dict(values, where=str(path))
    if board.name != path.stem:
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", path.stem).strip("_.-")[:40] or board.name
        more = ", or rename the file" if plain == path.stem else f" and rename the file to {plain}.yaml"
        raise BoardError(f"{path}: name is not the file's", board.name, f"write name: {plain}{more}")
    return board


def board_from_dict(values: object, where: str = "board") -> BoardSpec:
    """A board from plain values, checked.

    Raises:
        BoardError: as :func:`read_board`; ``where`` names the place in the message.
    """
    table = checked_table(BoardSpec, values, where)
    table["flash"] = FlashSpec(**checked_table(FlashSpec, table["flash"], where, "flash."))
    table["ram"] = RamSpec(**checked_table(RamSpec, table["ram"], where, "ram."))
    table["usb_ids"] = texts(table, "usb_ids", where, USB_ID, "give a list of texts like '2341:805a'")
    table["proven"] = texts(table, "proven", where, re.compile(r".+"), "give a list of texts, a line each")
    table["loader"] = loader_settings(table["flasher"], table.get("loader"), where)
    table["power"] = power_settings(table.get("power"), where)
    if table["port"] not in port_names():
        raise BoardError(f"{where}: port", str(table["port"]), f"one of {', '.join(port_names())}")
    port = load_port(table["port"])
    table["microphone"] = peripheral(table.get("microphone"), port.microphones, f"{where}: microphone")
    table["serial"] = peripheral(table.get("serial"), port.serials, f"{where}: serial")
    table["oscillator"] = peripheral(table.get("oscillator"), port.oscillators, f"{where}: oscillator")
    check_pins(port, {"microphone": table["microphone"], "serial": table["serial"]}, where)
    board = BoardSpec(**table)
    _check_ranges(board, where)
    for key, memory, said in (("flash", port.flash, board.flash), ("ram", port.ram, board.ram)):
        if memory is not None:
            memory.check(said.origin, said.bytes, f"{where}: {key}")
    return board


def _check_ranges(board: BoardSpec, where: str) -> None:
    def require(good: bool, key: str, value: object, rule: str) -> None:
        if not good:
            raise BoardError(f"{where}: {key}", str(value), rule)

    require(
        _NAME.fullmatch(board.name) is not None, "name", board.name, "letters, digits, '-', '_' and '.', at most 40"
    )
    require(board.core in CORE_FLAGS, "core", board.core, f"one of {', '.join(sorted(CORE_FLAGS))}")
    require(board.core in board.family.cores, "core", board.core, f"its port runs on {', '.join(board.family.cores)}")
    require(board.timing in TIMING_NAMES, "timing", board.timing, f"one of {', '.join(TIMING_NAMES)}")
    counted = board.timing == "default" or board.emulator == "unicorn"
    require(counted, "timing", board.timing, "leave it out: only the emulated board's cycles are counted by it")
    require(1_000 <= board.clock_hz <= 2_000_000_000, "clock_hz", board.clock_hz, "1 kHz to 2 GHz")
    require(300 <= board.baud <= 12_000_000, "baud", board.baud, "300 to 12000000")
    for key, memory in (("flash", board.flash), ("ram", board.ram)):
        end = memory.origin + memory.bytes
        require(1024 <= memory.bytes <= 1 << 28, f"{key}.bytes", memory.bytes, "1 KB to 256 MB")
        require(memory.origin >= 0 and end <= 1 << 32, f"{key}.origin", memory.origin, "within 32 bits")
    require(0 <= board.flash.wait_states <= 15, "flash.wait_states", board.flash.wait_states, "0 to 15")
    require(
        256 <= board.stack_bytes <= board.ram.bytes // 2, "stack_bytes", board.stack_bytes, "256 to half of ram.bytes"
    )
    require(board.stack_bytes % 8 == 0, "stack_bytes", board.stack_bytes, "a multiple of 8")
