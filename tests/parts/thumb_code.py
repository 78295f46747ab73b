"""Machine code of short Thumb sequences, from one run of the assembler."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from firmware_tools.image.elf import read_elf
from firmware_tools.toolchain.cores import CORE_FLAGS


def assembled(texts: Sequence[str], folder: Path, core: str = "cortex-m4f") -> dict[str, bytes]:
    """Code of each text, in which ``;`` separates instructions."""
    lines = [".syntax unified", ".thumb", ".text"]
    for index, text in enumerate(texts):
        lines += [f".type seq{index}, %function", f"seq{index}:", *text.split(";"), f".size seq{index}, . - seq{index}"]
        lines += ["nop", "9: nop"]
    (folder / "s.s").write_text("\n".join(lines) + "\n")
    (folder / "s.ld").write_text("ENTRY(seq0)\nSECTIONS { .text 0x1000 : { *(.text) } }\n")
    command = [sys.executable, "-m", "ziglang", "cc", *CORE_FLAGS[core], "-nostdlib", "-T", "s.ld", "-Wl,-e,seq0"]
    subprocess.run([*command, "s.s", "-o", "s.elf"], cwd=folder, check=True)
    elf = read_elf(folder / "s.elf")
    flat = elf.flat(0x1000)
    found = {symbol.name: flat[symbol.address - 0x1000 :][: symbol.bytes] for symbol in elf.symbols}
    return {text: found[f"seq{index}"] for index, text in enumerate(texts)}
