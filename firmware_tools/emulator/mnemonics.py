"""Names of Thumb instructions that touch memory, without what capstone hangs on to them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_ALWAYS = 15  # capstone's ARM_CC_AL; the package is imported only when blocks are timed

LOAD = re.compile(r"ldr(ex)?(s?[bh])?t?|vldr")
STORE = re.compile(r"str(ex)?[bh]?t?|vstr")
MULTIPLE = re.compile(r"(ldm|stm|vldm|vstm)(ia|db|fd|ea)?|push|pop|vpush|vpop")
STACK = ("push", "pop", "vpush", "vpop")


def base_name(insn: Any) -> str:
    """Mnemonic without width, type and condition: ``ldrbeq.w`` is ``ldrb``, ``vadd.f32`` is ``vadd``."""
    name = str(insn.mnemonic).split(".")[0]
    conditional = insn.cc not in (0, _ALWAYS) and not name.startswith(("it", "cb"))
    return name[:-2] if conditional else name


@cache
def disassembler() -> Any:
    """Capstone for Thumb code, with operands."""
    import capstone

    engine = capstone.Cs(capstone.CS_ARCH_ARM, capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS)
    engine.detail = True
    return engine
