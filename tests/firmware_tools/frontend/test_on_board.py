"""The front end as Thumb code on an emulated core: the host's bits, within a budget of cycles, from small tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from frontend_signals import PINNED_SPECS, clips, signals

from firmware_tools.emulator.cycles import CortexM4
from firmware_tools.firmware import FRONTEND_SOURCES
from firmware_tools.frontend.emit import frontend_c_header, frontend_c_source
from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.image.elf import read_elf
from firmware_tools.toolchain import compile as toolchain

CYCLES_PER_FRAME = 37_500  # 512 samples, 40 coefficients: 0.6 ms at 64 MHz
TABLE_BYTES = 2_000

LINKER_SCRIPT = """ENTRY(Reset)
MEMORY {
  FLASH (rx) : ORIGIN = 0x0, LENGTH = 64K
  RAM (rw) : ORIGIN = 0x20000000, LENGTH = 32K
}
SECTIONS {
  .text : { *(.text.Reset) *(.text*) *(.rodata*) } > FLASH
  .ARM.exidx : { *(.ARM.exidx*) } > FLASH
  .ARM.extab : { *(.ARM.extab*) } > FLASH
  .bss : { *(.io) *(.bss*) } > RAM
}
"""
MAIN_C = """
#include "kws_frontend_tables.h"
void Reset(void);
__attribute__((section(".io"))) int16_t samples[1024];
__attribute__((section(".io"))) int8_t frame[128];
static int32_t work[KWS_FRONTEND_WORK_WORDS];
void Reset(void) {
    kws_frontend_frame(&kws_frontend_tables_generated, work, samples, frame);
    __asm volatile("bkpt #0");
    for (;;) {
    }
}
"""
RAM, FRAME_AT, STACK_TOP = 0x20000000, 0x20000800, 0x20008000


class BareCore:
    """A Cortex-M4 with nothing around it that computes one frame at a time; the code is for ``core``."""

    def __init__(self, spec: FrontendSpec, folder: Path, core: str = "cortex-m4f", defines: Sequence[str] = ()) -> None:
        from unicorn import UC_ARCH_ARM, UC_HOOK_BLOCK, UC_HOOK_INTR, UC_MODE_MCLASS, UC_MODE_THUMB, Uc
        from unicorn.arm_const import UC_CPU_ARM_CORTEX_M4

        self.spec, self.model, self.cycles = spec, CortexM4(), 0
        self.costs: dict[int, Any] = {}
        self.core = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        self.core.ctl_set_cpu_model(UC_CPU_ARM_CORTEX_M4)
        self.core.mem_map(0, 0x10000)
        self.core.mem_map(RAM, 0x8000)
        self.core.hook_add(UC_HOOK_BLOCK, self._count)
        self.core.hook_add(UC_HOOK_INTR, lambda core, *_: core.emu_stop())
        elf = self._build(folder, core, defines)
        start = int.from_bytes(elf[28:32], "little")
        for header in range(int.from_bytes(elf[44:46], "little")):
            words = np.frombuffer(elf, "<u4", 8, start + 32 * header)
            if words[0] == 1:
                self.core.mem_write(int(words[2]), elf[words[1] : words[1] + words[4]])
        self.entry = int.from_bytes(elf[24:28], "little")

    def _build(self, folder: Path, core: str, defines: Sequence[str]) -> bytes:
        (folder / "memory.ld").write_text(LINKER_SCRIPT)
        toolchain.compile_arm(
            core,
            [*FRONTEND_SOURCES, frontend_c_source(self.spec), MAIN_C],
            linker_script=folder / "memory.ld",
            out_elf=folder / "image.elf",
            headers={"kws_frontend_tables.h": frontend_c_header(self.spec)},
            defines=defines,
        )
        return (folder / "image.elf").read_bytes()

    def _count(self, core: Any, address: int, size: int, _: object) -> None:
        if address not in self.costs:
            self.costs[address] = self.model.block(address, bytes(core.mem_read(address, size)))
        self.cycles += self.costs[address].cycles + self.costs[address].refill

    def frame(self, samples: np.ndarray[Any, np.dtype[np.int16]]) -> np.ndarray[Any, np.dtype[np.int8]]:
        from unicorn.arm_const import UC_ARM_REG_SP

        self.cycles = 0
        self.core.mem_write(RAM, samples.tobytes())
        self.core.reg_write(UC_ARM_REG_SP, STACK_TOP)
        self.core.emu_start(self.entry, 0xFFFF_FFFE)
        return np.frombuffer(bytes(self.core.mem_read(FRAME_AT, self.spec.features)), np.int8)


def frames_of(core: BareCore, samples: np.ndarray[Any, np.dtype[np.int16]]) -> np.ndarray[Any, np.dtype[np.int8]]:
    spec = core.spec
    starts = range(0, len(samples) - spec.window_samples + 1, spec.hop_samples)
    return np.array([core.frame(samples[start : start + spec.window_samples]) for start in starts])


@pytest.mark.parametrize("name", PINNED_SPECS)
def test_board_computes_the_hosts_frames(name: str, tmp_path: Path) -> None:
    """All front ends that are pinned; of each clip a frame, and of one as many as there are."""
    spec = PINNED_SPECS[name]
    core, host = BareCore(spec, tmp_path), HostFrontend(spec)
    for clip in clips()[:, 1_500:]:
        window = clip[: spec.window_samples]
        assert np.array_equal(core.frame(window), host.one(window)[0])
    speech = clips()[7]
    assert np.array_equal(frames_of(core, speech), host.one(speech))


@pytest.mark.parametrize(
    ("core", "defines"),
    [("cortex-m4f", ("KWS_FRONTEND_ODD_TABLE=0",)), ("cortex-m0+", ()), ("cortex-m3", ("KWS_FRONTEND_ODD_TABLE=1",))],
)
@pytest.mark.parametrize("name", ["demo", "window401", "window642", "log_mel1023"])
def test_code_for_other_cores_computes_the_hosts_frames(
    name: str, core: str, defines: tuple[str, ...], tmp_path: Path
) -> None:
    spec = PINNED_SPECS[name]
    bare, host = BareCore(spec, tmp_path, core, defines), HostFrontend(spec)
    for samples in signals(4_000).values():
        window = samples[2_000 : 2_000 + spec.window_samples]
        assert np.array_equal(bare.frame(window), host.one(window)[0])


@pytest.mark.parametrize("spec", [PINNED_SPECS["demo"], PINNED_SPECS["mfcc26"]])
def test_a_frame_costs_few_cycles_whatever_is_heard(spec: FrontendSpec, tmp_path: Path) -> None:
    core, cycles = BareCore(spec, tmp_path), []
    for samples in signals(4_000).values():
        core.frame(samples[2_000 : 2_000 + spec.window_samples])
        cycles.append(core.cycles)
    assert 10_000 < max(cycles) < CYCLES_PER_FRAME
    assert max(cycles) < 1.03 * min(cycles)


def test_tables_are_small(tmp_path: Path) -> None:
    BareCore(PINNED_SPECS["demo"], tmp_path)
    sizes = {symbol.name: symbol.bytes for symbol in read_elf(tmp_path / "image.elf").symbols}
    tables = {name: size for name, size in sizes.items() if name.startswith(("table_", "kws_frontend_tables"))}
    assert "table_window" not in tables, "a window as long as the transform has the transform's cosine"
    assert sum(tables.values()) < TABLE_BYTES
