"""The boot loader of a Nano 33 BLE on a pseudo-terminal: checks every byte, and fails as a test wants."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable

from fake_flashing import LoaderLine

VERSION = "Arduino Bootloader (SAM-BA extended) 2.0 [Arduino:IKXYZ]"
FLASH_BYTES = 0xF0000 - 0x10000
_COMMAND = re.compile(rb"([A-Z])([0-9A-F]*)(?:,([0-9A-F]+))?#")


class SambaLoader(LoaderLine):
    """Flash counts from where applications start.

    Args:
        then: called when the board restarts, with its flash.
        version, chip: what it says of itself.
        dies_at: the port vanishes when so many bytes are to be written.
        deaf_to: a command that gets no answer.
        spoils: one bit of this page gets wrong.
    """

    def __init__(
        self,
        then: Callable[[bytes], None] = lambda flash: None,
        *,
        version: str = VERSION,
        chip: str = "nRF52840-QIAA",
        dies_at: int | None = None,
        deaf_to: str = "",
        spoils: int | None = None,
    ) -> None:
        super().__init__()
        self.flash = bytearray(b"\0" * FLASH_BYTES)
        self.commands: list[str] = []
        self._then, self._version, self._chip = then, version, chip
        self._dies_at, self._deaf_to, self._spoils = dies_at, deaf_to, spoils
        self._memory: dict[int, bytes] = {}
        self._source: int | None = None
        self._expects: tuple[int, int] | None = None

    def arrived(self) -> None:
        while self.buffer and self.master >= 0:
            if self._expects is not None:
                address, size = self._expects
                if len(self.buffer) < size:
                    return
                self._memory[address], self.buffer = self.buffer[:size], self.buffer[size:]
                self._expects = None
                continue
            found = _COMMAND.match(self.buffer)
            if found is None:
                if b"#" in self.buffer:
                    self.wrong.append(f"no command: {self.buffer[:40]!r}")
                    self.buffer = b""
                return
            self.buffer = self.buffer[found.end() :]
            self._obey(found[1].decode(), found[2] or b"", found[3])

    def _obey(self, name: str, first: bytes, second: bytes | None) -> None:
        self.commands.append(name)
        digits = [first] if second is None else [first] if second == b"0" else [first, second]
        if name not in "NVIK" and any(len(one) != 8 for one in digits):
            self.wrong.append(f"{name}: not 8 digits: {digits}")
        if name == self._deaf_to:
            return
        if name == "S":
            self._expects = (int(first, 16), int(second or b"", 16))
        elif name == "K":
            self._then(bytes(self.flash))
            self.unplug()
        else:
            answers = {"N": "", "V": self._version, "I": self._chip}
            answer = answers[name] if name in answers else self._on_flash(name, int(first, 16), int(second or b"0", 16))
            if self.master >= 0:
                self.send(answer.encode() + b"\n\r")

    def _on_flash(self, name: str, address: int, size: int) -> str:
        if name == "X":
            self.flash[address:] = b"\xff" * (len(self.flash) - address)
        elif name == "Z":
            return f"Z{binascii.crc_hqx(bytes(self.flash[address : address + size]), 0):08X}#"
        elif name == "Y" and not size:
            self._source = address
        elif name == "Y":
            self._commit(address, size)
        return name

    def _commit(self, address: int, size: int) -> None:
        page = self._memory.get(-1 if self._source is None else self._source, b"")
        if size != len(page) or size > 4096 or address % 4096 or size % 4:
            self.wrong.append(f"page of {size} at {address:#x}, {len(page)} were sent")
        if self.flash[address : address + size] != b"\xff" * size:
            self.wrong.append(f"written without erasing at {address:#x}")
        if self._dies_at is not None and address + size > self._dies_at:
            self.unplug()
            return
        self.flash[address : address + size] = page
        if self._spoils == address // 4096:
            self.flash[address] ^= 1
