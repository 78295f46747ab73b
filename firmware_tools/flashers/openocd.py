"""Boards with a debug probe, by OpenOCD."""

from __future__ import annotations

from pathlib import Path

from firmware_tools.flashers.command import CommandFlasher, Outcome
from firmware_tools.link.serial_link import SerialPort

_FAILED = r"\*\* .*(Failed|failed)"


class OpenocdFlasher(CommandFlasher):
    """Writes through the probe, reads back, and resets the board."""

    tool = "openocd"
    commands = ("openocd",)
    install = "install OpenOCD (apt install openocd, brew install open-ocd)"

    def words(self, image: Path, port: SerialPort | None) -> list[str | Path]:
        """See :class:`CommandFlasher`."""
        files = [part for name in self.settings["config"] for part in ("-f", name)]
        program = f"program {{{image}}} {self.board.flash.origin:#x} verify reset exit"
        return [self.path, *files, "-c", program]

    def trouble(self, outcome: Outcome) -> str | None:
        """See :class:`CommandFlasher`."""
        failed = outcome.code != 0 or any("** Programming Failed" in line for line in outcome.lines)
        return outcome.line_with(r"Error: ", "rror", _FAILED) if failed else None

    def state(self, outcome: Outcome) -> str:
        """See :class:`CommandFlasher`."""
        if any("** Programming Started" in line for line in outcome.lines):
            return "the board may be half-written: its probe can write it again at any time"
        return "nothing was written; plug the probe in, and install the rule of kws flash --udev-rule on Linux"
