"""The cores that a board file may name, and what clang is told for each; and for a browser."""

from __future__ import annotations

from collections.abc import Mapping

# What clang is told for each core that a board file may name.
CORE_FLAGS: Mapping[str, tuple[str, ...]] = {
    "cortex-m0+": ("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m0plus"),
    "cortex-m3": ("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m3"),
    "cortex-m4": ("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m4"),
    "cortex-m4f": ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m4+vfp4d16sp"),
    "cortex-m7": ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m7+fp_armv8d16sp"),
    "cortex-m55": ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m55"),
    "rv32imc": ("-target", "riscv32-freestanding-none", "-mcpu=generic_rv32+m+c", "-mabi=ilp32"),
    "rv32imac": ("-target", "riscv32-freestanding-none", "-mcpu=generic_rv32+m+a+c", "-mabi=ilp32"),
    "cortex-m33": ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m33"),
    # With the DSP instructions and the float unit, which most have: zig's cortex_m33 means neither.
    "cortex-m33f": ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m33+dsp+fp_armv8d16sp"),
}

#: One module, nothing imported; 32 KB of stack are more than any board has.
WASM_FLAGS: tuple[str, ...] = (
    *("-target", "wasm32-freestanding", "-O3", "-g0", "-fno-sanitize=all", "-ffreestanding", "-nostdlib"),
    *("-ffunction-sections", "-fdata-sections", "-Wl,--no-entry", "-Wl,--gc-sections", "-Wl,-z,stack-size=32768"),
)
