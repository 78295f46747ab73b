"""What ARM's manual leaves open of a Cortex-M4's cycles, as settings: how each is counted, and two ends of the range.

Sources: *ARM Cortex-M4 Processor Technical Reference Manual* (100166, r0p1): 3.3.1 says that a refill P takes 1 to 3
cycles and a division 2 to 12, and that an IT may be folded into the 16-bit instruction before it; 3.3.3 that a load of
a literal "might add a cycle", that a store costs one only while the write buffer takes it, that an address waits a
cycle for a result that was just computed, and that an unaligned halfword or word takes one cycle more, a word at an odd
address two. A board's file chooses one of :data:`TIMINGS` by name (``timing``).
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_tools.errors import BoardError

PIPELINE_RELOAD = 3
_DIVIDE = 12


@dataclass(frozen=True)
class Timing:
    """How cycles are counted where the manual gives a range. The values here are those of ``default``.

    Attributes:
        refill_cycles: P of every branch that is taken, 1 to 3. 0: 1, plus 1 when the target is a 32-bit instruction
            that straddles two words, plus 1 when the address comes from a register.
        it_cycles: of an IT, 0 when it is folded.
        divide_cycles: of SDIV and UDIV.
        write_back_stall: a load or store waits so long when the instruction before it moved its base register on, as it
            would for an addition.
        store_stall: a load or store right after a store waits so long for the write buffer.
        literal_stall: a load of a literal waits so long for the instruction fetch.
        unaligned: whether unaligned loads and stores cost what the manual says; 0 otherwise.
        least_wait_states: flash has at least so many, whatever the board's file says.
        line_bytes: that a fetch from flash brings in: 16 with a 128-bit read buffer, 4 without one.
        data_line: whether reads of constants have a buffer of their own, so that one that lies in the same
            ``line_bytes`` as the one before waits for nothing.
    """

    refill_cycles: int = 0
    it_cycles: int = 1
    divide_cycles: int = _DIVIDE
    write_back_stall: int = 0
    store_stall: int = 0
    literal_stall: int = 0
    unaligned: bool = False
    least_wait_states: int = 0
    line_bytes: int = 16
    data_line: bool = False


#: The figures that are published and held against limits.
DEFAULT = Timing()
#: Every doubt in favour of the code.
KINDEST = Timing(refill_cycles=1, it_cycles=0, divide_cycles=2, data_line=True)
#: Every doubt against it, and flash with two wait states behind a 128-bit read buffer and no cache.
HARSHEST = Timing(
    refill_cycles=PIPELINE_RELOAD,
    write_back_stall=1,
    store_stall=1,
    literal_stall=1,
    unaligned=True,
    least_wait_states=2,
)
TIMINGS = {"default": DEFAULT, "kindest": KINDEST, "harshest": HARSHEST}


def timing_named(name: str) -> Timing:
    """One of :data:`TIMINGS`.

    Raises:
        BoardError: there is none of that name.
    """
    if name not in TIMINGS:
        raise BoardError("no such timing", name, f"one of {', '.join(TIMINGS)}")
    return TIMINGS[name]
