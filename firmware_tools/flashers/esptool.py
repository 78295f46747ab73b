"""Espressif's chips, by esptool: called as a command, never imported (its licence is the GPL)."""

from __future__ import annotations

import re
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
        settings = self.settings
        options = [part for name in ("before", "after") if name in settings for part in (f"--{name}", settings[name])]
        line = ["--port", self.need_port(port).device, "--baud", str(settings.get("baud", _BAUD))]
        write = "write-flash" if self._major() >= 5 else "write_flash"
        offset = f"{settings.get('offset', 0):#x}"
        return [self.path, "--chip", settings["chip"], *line, *options, write, offset, image]

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

    def _major(self) -> int:
        """First number of esptool's version: from 5 on its words have hyphens."""
        said = run_tool([self.path, "version"], 30.0)
        found = re.search(r"\bv?(\d+)\.\d+", " ".join(said.lines))
        if found is None:
            raise BoardError("esptool does not work", said.line_with("rror"), f"nothing was written; {self.install}")
        return int(found.group(1))
