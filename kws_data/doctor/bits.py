"""Low bits of samples that never change: a converter of fewer bits, or a word that is cut or shifted on its way.

Idea: the lowest bits of anything that a microphone hears are noise, so the histogram of the lowest n bits is flat, at
the least it has more than one entry. Where it has one, all samples are equal modulo 2^n. A sound of few values may be
so by chance (a tone of a short period that a program made has nine): values say ``n`` bits each, half of them
independent of the others since tones come with both signs, and at least ``EVIDENCE`` bits must speak.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kws_data.audio import Samples
from kws_data.doctor.findings import Finding, bad, note

HARMLESS_BITS = 4  # 12 bits, as of most converters of microcontrollers, shifted up
EVIDENCE = 16.0
_REMEDY = "if its converter has no more bits, all is well; otherwise "
_SHIFT = "take the upper bits of the word: read 32-bit slots and shift right by 16, less the gain that is wanted"


def stuck_low_bits(samples: Samples) -> tuple[int, int]:
    """(number of lowest bits that hold one value in all int16 [n], that value); (0, 0) where none does."""
    values = np.unique(samples)
    for bits in range(15, 0, -1):
        low = np.unique(values & ((1 << bits) - 1))
        if len(low) == 1:
            enough = bits * (len(values) - 1) / 2 >= EVIDENCE
            return (bits, int(low[0])) if enough else (0, 0)
    return 0, 0


def examine_bits(samples: Samples) -> Iterator[Finding]:
    """At most one finding on int16 [n] as they left the microphone: not what a codec made of them."""
    bits, value = stuck_low_bits(samples)
    if not bits:
        return
    found = f"the lowest {bits} bits always hold {value}: samples come in steps of {1 << bits}"
    kind = note if bits <= HARMLESS_BITS else bad
    yield kind("stuck low bits", found, (_REMEDY if bits <= HARMLESS_BITS else "") + _SHIFT, bits=bits, value=value)
