"""Espressif's chips, by esptool: called as a command, never imported (its licence is the GPL)."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from firmware_tools.errors import BoardError
from firmware_tools.flashers.command import CommandFlasher, Outcome, run_tool
from firmware_tools.link.serial_link import SerialPort

_BAUD = 460_800
_FATAL = r"A fatal error occurred: "
_WRITING = re.compile(r"Writing at 0x|Erasing flash|Flash will be erased")


class EsptoolFlasher(CommandFlasher):
    """Writes over the chip's ROM loader; esptool itself refuses another chip than the board has."""

    tool = "esptool"
    commands = ("esptool", "esptool.py")
    install = "pip install esptool"

    def words(self, image: Path, port: SerialPort | None) -> list[str | Path]:
        """See :class:`CommandFlasher`."""
        settings, word = self.settings, self._spelling()
        resets = [(f"--{name}", word(settings[name])) for name in ("before", "after") if name in settings]
        line = ["--port", self.need_port(port).device, "--baud", str(settings.get("baud", _BAUD))]
        offset = f"{settings.get('offset', 0):#x}"
        return [self.path, "--chip", settings["chip"], *line, *chain(*resets), word("write-flash"), offset, image]

    def trouble(self, outcome: Outcome) -> str | None:
        """See :class:`CommandFlasher`."""
        if outcome.code == 0:
            return None
        return outcome.line_with(_FATAL, "rror").removeprefix(_FATAL)

    def state(self, outcome: Outcome) -> str:
        """See :class:`CommandFlasher`."""
        if any(_WRITING.search(line) for line in outcome.lines):
            return "flash is half-written; the chip's ROM loader still works: plug it in again and repeat"
        return "nothing was written; hold BOOT while plugging it in if it does not answer, and check the port"

    def _spelling(self) -> Callable[[str], str]:
        """How this esptool wants its words: with hyphens from version 5 on, with underscores before."""
        said = run_tool([self.path, "version"], 30.0)
        found = re.search(r"\bv?(\d+)\.\d+", " ".join(said.lines))
        if found is None:
            raise BoardError("esptool does not work", said.line_with("rror"), f"nothing was written; {self.install}")
        wrong, right = ("_", "-") if int(found.group(1)) >= 5 else ("-", "_")
        return lambda word: word.replace(wrong, right)
