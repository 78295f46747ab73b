"""Adafruit's boot loader for the nRF52840 over its serial port, by adafruit-nrfutil; UF2 is the simpler way."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from firmware_tools.errors import BoardError
from firmware_tools.flashers.command import CommandFlasher, Outcome, run_tool
from firmware_tools.flashers.on_hardware import TOUCH_BAUD
from firmware_tools.link.serial_link import SerialPort

_BAUD = 115_200
_DONE = "Device programmed."
_ANY_SOFTDEVICE = "0xFFFE"


class NrfutilFlasher(CommandFlasher):
    """Packs the image and sends it by Nordic's serial DFU. The tool's exit code says nothing: it is 0 on failure."""

    tool = "nrfutil"
    commands = ("adafruit-nrfutil",)
    install = "pip install adafruit-nrfutil"

    def words(self, image: Path, port: SerialPort | None) -> list[str | Path]:
        """See :class:`CommandFlasher`."""
        there = self.need_port(port)
        line = ["--port", there.device, "--baudrate", str(self.settings.get("baud", _BAUD))]
        touch = [] if there.usb_id else ["--touch", str(TOUCH_BAUD)]  # where we cannot see the loader's port come
        return [self.path, "dfu", "serial", "--package", image.with_suffix(".zip"), *line, "--singlebank", *touch]

    def pack(self, image: Path) -> list[str | Path]:
        """The command that makes the package."""
        softdevice = self.settings.get("softdevice", _ANY_SOFTDEVICE)
        options = ["--dev-type", "0x0052", "--sd-req", softdevice, "--application", image]
        return [self.path, "dfu", "genpkg", *options, image.with_suffix(".zip")]

    def all_words(self, image: Path, port: SerialPort | None) -> list[list[str | Path]]:
        """See :class:`CommandFlasher`."""
        return [self.pack(image), self.words(image, port)]

    def write(self, image: Path, content: bytes, port: SerialPort | None) -> None:
        """See :class:`HardwareFlasher`."""
        with TemporaryDirectory(prefix="kws-dfu-") as folder:
            copy = Path(folder) / "kws.bin"
            copy.write_bytes(content)
            packed = run_tool(self.pack(copy))
            if not copy.with_suffix(".zip").is_file():
                raise BoardError("adafruit-nrfutil makes no package", packed.line_with("rror"), "nothing was written")
            loader = self.in_loader(lambda: self._loader(port), port)
            self.run(copy, loader)

    def trouble(self, outcome: Outcome) -> str | None:
        """See :class:`CommandFlasher`."""
        if any(line.startswith(_DONE) for line in outcome.lines):
            return None
        return outcome.line_with(r"Failed to upgrade target. Error is: ", "rror")

    def state(self, outcome: Outcome) -> str:
        """See :class:`CommandFlasher`."""
        return "the board stays in its boot loader: press reset twice, quickly, and flash again"

    def _loader(self, port: SerialPort | None) -> SerialPort | None:
        """The boot loader's port: by its USB identity; a port that is no USB port is taken for it as it is."""
        return self.loader_port() or (port if port is not None and not port.usb_id else None)
