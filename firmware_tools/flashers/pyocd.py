"""Boards with a debug probe, by pyOCD."""

from __future__ import annotations

import re
from pathlib import Path

from firmware_tools.flashers.command import CommandFlasher, Outcome
from firmware_tools.link.serial_link import SerialPort

_PREFIX = re.compile(r"^\d+ [CEW] |\s*\[\w+\]$")


class PyocdFlasher(CommandFlasher):
    """Writes through the probe, erasing only what the image needs, and resets the board."""

    tool = "pyocd"
    commands = ("pyocd",)
    install = "pip install pyocd"

    def words(self, image: Path, port: SerialPort | None) -> list[str | Path]:
        """See :class:`CommandFlasher`."""
        probe = ["--uid", port.serial_number] if port is not None and port.serial_number else []
        where = ["--target", self.settings["target"], "--base-address", f"{self.board.flash.origin:#x}"]
        return [self.path, "load", "--no-wait", *probe, *where, "--format", "bin", image]

    def trouble(self, outcome: Outcome) -> str | None:
        """See :class:`CommandFlasher`."""
        if outcome.code == 0:
            return None
        return _PREFIX.sub("", outcome.line_with(r"^\d+ [CE] ", "rror"))

    def state(self, outcome: Outcome) -> str:
        """See :class:`CommandFlasher`."""
        if any("No target device" in line or "No connected" in line for line in outcome.lines):
            return "nothing was written; plug the probe in, and install the rule of kws flash --udev-rule on Linux"
        return "the board may be half-written: its probe can write it again at any time"
