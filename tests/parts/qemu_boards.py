"""The machines of QEMU that the tests run, one for each core, as boards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qemu import qemu

from firmware_tools.boards.spec import BoardSpec, board_from_dict, load_board
from firmware_tools.image.build import FirmwareImage, build_image

#: QEMU counts STM32's TIM2 at 1 GHz before its prescaler, whatever the clocks say.
STM32_DEFINES = ("KWS_TIMER_HZ=1000000000u",)
#: Its clock registers read 0: no crystal and no PLL ever starts, so the port stays on the HSI.
STM32_HSI_HZ = 16_000_000


@dataclass(frozen=True)
class Machine:
    """A machine of QEMU and the board that it stands for; ``clock_hz`` is what the board will say of its clock."""

    name: str
    program: str
    board: BoardSpec
    clock_hz: int
    defines: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def build(self, app: str, generated: dict[str, str], folder: Path) -> FirmwareImage:
        """An image for it."""
        return build_image(self.board, app, generated, folder, defines=self.defines)

    @contextmanager
    def running(self, image: FirmwareImage) -> Iterator[str]:
        """Gives the path of its serial port; skips the test where QEMU is absent."""
        with qemu(self.program, self.name, image.elf, *self.options) as port:
            yield port


def _board(name: str, core: str, clock_hz: int, port: str, flash: int, ram: int, **more: Any) -> BoardSpec:
    values = {
        "name": name,
        "core": core,
        "clock_hz": clock_hz,
        "port": port,
        "flasher": "emulated",
        "baud": 921_600,
        "flash": {"origin": flash, "bytes": 256 * 1024},
        "ram": {"origin": ram, "bytes": 128 * 1024},
    }
    return board_from_dict(values | more)


def _mps(name: str, core: str, clock_mhz: int, flash: int, ram: int, uart: int, rx_irq: int) -> Machine:
    serial = {"kind": "cmsdk", "base": uart, "rx_irq": rx_irq}
    board = _board(name, core, clock_mhz * 1_000_000, "qemu_mps", flash, ram, serial=serial)
    return Machine(name, "qemu-system-arm", board, board.clock_hz)


def _netduino() -> Machine:
    """An STM32F405: the Nucleo's image but for the USART that QEMU connects."""
    nucleo = load_board("nucleo_f411re").to_dict()
    serial = {"kind": "uart", "number": 1, "tx_pin": 9, "rx_pin": 10}
    board = board_from_dict(nucleo | {"name": "netduinoplus2", "clock_hz": 168_000_000, "serial": serial})
    return Machine("netduinoplus2", "qemu-system-arm", board, STM32_HSI_HZ, STM32_DEFINES)


def _virt(core: str) -> Machine:
    board = _board(f"virt_{core}", core, 1_000_000_000, "qemu_virt", 0x80000000, 0x80200000)
    return Machine("virt", "qemu-system-riscv32", board, board.clock_hz, options=("-bios", "none"))


MACHINES = (
    _netduino(),
    _mps("mps2-an385", "cortex-m3", 25, 0x00000000, 0x20000000, 0x40004000, 0),
    _mps("mps2-an386", "cortex-m4f", 25, 0x00000000, 0x20000000, 0x40004000, 0),
    _mps("mps2-an500", "cortex-m7", 25, 0x00000000, 0x20000000, 0x40004000, 0),
    _mps("mps2-an505", "cortex-m33", 20, 0x10000000, 0x38000000, 0x50200000, 32),
    _mps("mps2-an505", "cortex-m33f", 20, 0x10000000, 0x38000000, 0x50200000, 32),
    _mps("mps3-an547", "cortex-m55", 32, 0x00000000, 0x20000000, 0x49303000, 33),
    _virt("rv32imc"),
    _virt("rv32imac"),
)
