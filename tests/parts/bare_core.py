"""A Cortex-M with nothing around it: runs one function of generated firmware, counts its cycles by function."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.emulator.cores import CORES
from firmware_tools.emulator.timing import DEFAULT
from firmware_tools.firmware import FIRMWARE_DIR, INCLUDE_DIR
from firmware_tools.image.elf import read_elf
from firmware_tools.toolchain import compile as toolchain

LINKER_SCRIPT = """ENTRY(Reset)
MEMORY {
  FLASH (rx) : ORIGIN = 0x0, LENGTH = 1M
  RAM (rw) : ORIGIN = 0x20000000, LENGTH = 64K
}
SECTIONS {
  .text : { *(.text.Reset) *(.text*) *(.rodata*) } > FLASH
  .ARM.exidx : { *(.ARM.exidx*) } > FLASH
  .ARM.extab : { *(.ARM.extab*) } > FLASH
  .bss : { *(.io) *(.bss*) } > RAM
}
"""
INCLUDES = (INCLUDE_DIR, FIRMWARE_DIR / "libc")
FLASH_BYTES, RAM, RAM_BYTES = 0x100000, 0x20000000, 0x10000


class BareCore:
    """Runs ``Reset`` of the given sources; ``.io`` is the first thing in RAM.

    ``counting``: count cycles, which takes many times as long as running. ``gcc``: GCC compiles for a Cortex-M4F
    instead of zig for ``core``.
    """

    def __init__(
        self,
        sources: Sequence[Path | str],
        headers: Mapping[str, str],
        folder: Path,
        *,
        core: str = "cortex-m4f",
        counting: bool = True,
        gcc: str | None = None,
        **build: Any,
    ) -> None:
        from unicorn import UC_ARCH_ARM, UC_HOOK_BLOCK, UC_HOOK_INTR, UC_MODE_MCLASS, UC_MODE_THUMB, Uc, arm_const

        self._model = CORES[core].model(0, DEFAULT)
        self._costs: dict[int, Any] = {}
        self._last: Any = None
        self._core = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        self._core.ctl_set_cpu_model(getattr(arm_const, CORES[core].unicorn))
        self._core.mem_map(0, FLASH_BYTES)
        self._core.mem_map(RAM, RAM_BYTES)
        if counting:
            self._core.hook_add(UC_HOOK_BLOCK, self._count)
        self._core.hook_add(UC_HOOK_INTR, lambda core, *_: core.emu_stop())
        self.cycles: Counter[int] = Counter()
        self.elf = folder / "image.elf"
        (folder / "memory.ld").write_text(LINKER_SCRIPT)
        if gcc is None:
            toolchain.compile_arm(
                core,
                sources,
                headers=headers,
                linker_script=folder / "memory.ld",
                out_elf=self.elf,
                include_dirs=INCLUDES,
                **build,
            )
        else:
            self._by_gcc(gcc, sources, headers, folder)
        self._load(self.elf.read_bytes())

    def _by_gcc(self, gcc: str, sources: Sequence[Path | str], headers: Mapping[str, str], folder: Path) -> None:
        for name, text in headers.items():
            (folder / name).write_text(text)
        files = []
        for number, source in enumerate(sources):
            path = folder / f"generated_{number}.c" if isinstance(source, str) else source
            if isinstance(source, str):
                path.write_text(source)
            files.append(str(path))
        core = ["-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard", "-std=gnu99", "-O2"]
        link = ["-nostartfiles", f"-T{folder / 'memory.ld'}", "-Wl,--gc-sections", "-Wl,-e,Reset", "-o", str(self.elf)]
        flags = ["-ffunction-sections", "-fdata-sections", *(f"-I{path}" for path in (folder, INCLUDES[0]))]
        done = subprocess.run([gcc, *core, *flags, *files, *link], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2_000:]

    def _load(self, elf: bytes) -> None:
        start = int.from_bytes(elf[28:32], "little")
        for header in range(int.from_bytes(elf[44:46], "little")):
            words = np.frombuffer(elf, "<u4", 8, start + 32 * header)
            if words[0] == 1:
                self._core.mem_write(int(words[2]), elf[words[1] : words[1] + words[4]])
        self._entry = int.from_bytes(elf[24:28], "little")

    def _count(self, core: Any, address: int, size: int, _: Any) -> None:
        cost = self._costs.get(address)
        if cost is None:
            cost = self._costs[address] = self._model.block(address, bytes(core.mem_read(address, size)))
        if self._last is not None and address != self._last[0]:
            self.cycles[self._last[1]] += min(self._last[2].refill + cost.entry, self._last[2].most_refill)
        self.cycles[address] += cost.cycles
        self._last = (address + size, address, cost) if cost.refill else None

    def run(self, data: NDArray[Any], out_at: int, out_bytes: int) -> bytes:
        """Write ``data`` at the start of RAM, run to the breakpoint, read ``out_bytes`` at RAM + ``out_at``."""
        from unicorn.arm_const import UC_ARM_REG_SP

        self.cycles.clear()
        self._last = None
        self._core.mem_write(RAM, data.tobytes())
        self._core.reg_write(UC_ARM_REG_SP, RAM + RAM_BYTES)
        self._core.emu_start(self._entry | 1, 0xFFFF_FFFE)
        return bytes(self._core.mem_read(RAM + out_at, out_bytes))

    @property
    def total_cycles(self) -> int:
        """Cycles of the last run."""
        return sum(self.cycles.values())

    def by_function(self) -> dict[str, int]:
        """Cycles of the last run by function, most first."""
        names = read_elf(self.elf)
        spent: Counter[str] = Counter()
        for address, cycles in self.cycles.items():
            spent[names.locate(address).split("+")[0]] += cycles
        return dict(spent.most_common())
