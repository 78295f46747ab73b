"""An STM32 whose peripherals are memory: what our image writes into its registers, from reset to a running microphone.

Unicorn runs the image. Registers begin as ST's SVD file says, and hold what is written; oscillators and PLLs
are ready from the beginning, unless they are named as broken.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from svd import Svd, load_svd

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.image.build import build_image

APP = """#include <kws_port.h>
int main(void)
{
    kws_port_init();
    kws_port_mic_start(16000);
    *(volatile uint32_t *)0x4002F000 = 1;
    for (;;) {
    }
}
"""
PERIPHERALS = ((0x40000000, 0x30000), (0x48000000, 0x2000), (0xE0000000, 0x100000))
PAGE = 0x1000
READY = ("HSERDY", "HSIRDY", "PLLRDY", "PLLI2SRDY")
DONE = 0x4002F000  # nothing stands there
TIMEOUT_S = 15


class Stm32Registers:
    """The registers after the image of a board has started its microphone.

    Args:
        board: the board.
        file: the SVD file of its chip.
        broken: fields of RCC.CR that never become ready, such as ``HSERDY``.
        device: DEV_ID of the chip.
    """

    def __init__(
        self, board: BoardSpec, file: str, folder: Path, broken: Collection[str] = (), device: int = 0
    ) -> None:
        from unicorn import UC_ARCH_ARM, UC_HOOK_MEM_WRITE, UC_MODE_MCLASS, UC_MODE_THUMB, Uc
        from unicorn.arm_const import UC_ARM_REG_SP, UC_CPU_ARM_CORTEX_M4

        self.svd: Svd = load_svd(file)
        app = folder / "app.c"
        app.write_text(APP)
        content = build_image(board, app, {}, folder).bin.read_bytes()
        self.core = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        self.core.ctl_set_cpu_model(UC_CPU_ARM_CORTEX_M4)
        for origin, size in (*PERIPHERALS, (board.flash.origin, 1 << 20), (board.ram.origin, board.ram.bytes)):
            self.core.mem_map(origin, -(-size // PAGE) * PAGE)
        self.core.mem_write(board.flash.origin, content)
        for peripheral in ("RCC", "PWR", "FLASH", "GPIOA", "GPIOB", "DMA1"):
            for register in self.svd.registers(peripheral).values():
                self._put(register.address, register.reset)
        control = self.svd.register("RCC.CR")
        flags = {name: field.mask for name, field in control.fields.items() if name in READY and name not in broken}
        self._put(control.address, control.reset | sum(flags.values()))
        self._put(0xE0042000, device)
        self.core.hook_add(UC_HOOK_MEM_WRITE, lambda core, *_: core.emu_stop(), begin=DONE, end=DONE)
        self.core.reg_write(UC_ARM_REG_SP, int.from_bytes(content[:4], "little"))
        self.core.emu_start(int.from_bytes(content[4:8], "little") | 1, 0xFFFFFFFE, timeout=TIMEOUT_S * 1_000_000)
        assert self.word(DONE) == 1, "the image has not come to its end"

    def __getitem__(self, path: str) -> int:
        """A register, or a field of one, by its path in the SVD file."""
        if path.count(".") == 1:
            return self.word(self.svd.register(path).address)
        field = self.svd.field(path)
        return (self.word(self.svd.register(path.rpartition(".")[0]).address) & field.mask) >> field.shift

    def word(self, address: int) -> int:
        """What stands at an address."""
        return int.from_bytes(self.core.mem_read(address, 4), "little")

    def _put(self, address: int, value: int) -> None:
        self.core.mem_write(address, value.to_bytes(4, "little"))
