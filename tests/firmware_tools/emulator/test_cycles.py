"""Short sequences against the figures of the Cortex-M4 manual (100166), tables 3-1 and 7-1 and section 3.3.3."""

import subprocess
import sys
from dataclasses import replace

import pytest
from thumb_code import assembled

from firmware_tools.boards.spec import TIMING_NAMES, load_board
from firmware_tools.emulator.cycles import BlockCost, CortexM4
from firmware_tools.emulator.timing import DEFAULT, HARSHEST, KINDEST, TIMINGS, Timing, timing_named
from firmware_tools.errors import BoardError

SEQUENCES = {
    "adds r0, r1, r2": 1,
    "mul r0, r1, r2": 1,
    "mla r0, r1, r2, r3": 1,
    "smlad r0, r1, r2, r3": 1,
    "smlal r0, r1, r2, r3": 1,
    "ssat r0, #8, r1": 1,
    "sdiv r0, r1, r2": 12,
    "mrs r0, primask": 2,
    "ldr r0, [r1]": 2,
    "ldrsb r0, [r1, r2]": 2,
    "ldr r0, [r1]; ldr r2, [r3]": 3,
    "ldr r0, [r1]; ldr r2, [r3]; ldr r4, [r5]": 4,
    "ldr r0, [r1]; ldr r2, [r0]": 4,  # the second address waits for the first load
    "ldr r0, [r1]; str r0, [r2]": 3,
    "str r0, [r1, #4]": 1,
    "str r0, [r1, r2]": 2,
    "str r0, [r1]; ldr r2, [r3]": 3,  # nothing pipelines after a store
    "ldr r0, [r1]; strb r0, [r2, r3]": 3,
    "adds r1, r1, #4; ldr r0, [r1]": 4,  # the address needs the sum: one cycle of stall
    "adds r2, r2, #4; ldr r0, [r1]": 3,
    "ldrd r0, r1, [r2]": 3,
    "ldr r4, [r5]; ldrd r0, r1, [r2]": 5,
    "ldm r0!, {r1, r2, r3}": 4,
    "stmdb r0!, {r1-r8}": 9,
    "push {r4, r5, lr}": 4,
    "pop {r4, r5}": 3,
    "it eq; addeq r0, r0, #1": 2,
    "itt ne; ldrne r0, [r1]; ldrne r2, [r3]": 4,
    "vadd.f32 s0, s1, s2": 1,
    "vmla.f32 s0, s1, s2": 3,
    "vfma.f32 s0, s1, s2": 3,
    "vdiv.f32 s0, s1, s2": 14,
    "vsqrt.f32 s0, s1": 14,
    "vldr s0, [r0]": 2,
    "vldr d0, [r0]": 3,
    "vldmia r0!, {s0-s3}": 5,
    "vpush {d8}": 3,
    "vmov r0, s0": 1,
    "vmov r0, r1, d0": 2,
}
BRANCHES = {  # cycles not taken or before the refill, refill
    "b .": (1, 1),
    "cmp r0, #0; beq .": (2, 1),
    "cbz r0, 9f": (1, 1),
    "bl seq0": (1, 1),
    "bx lr": (1, 2),
    "blx r3": (1, 2),
    "mov pc, r1": (1, 2),
    "pop {r4, pc}": (3, 3),
    "ldr pc, [r0]": (2, 3),
    "tbb [r0, r1]": (3, 3),
    "ldmia sp!, {r4-r7, pc}": (6, 3),
    "it ne; bxne lr": (2, 2),
    "nop; nop": (2, 0),
}
DOUBTS = {  # kindest, default, harshest cycles where the manual gives a range; without wait states
    "sdiv r0, r1, r2": (2, 12, 12),
    "it eq; addeq r0, r0, #1": (1, 2, 2),
    "ldr r0, [r1], #4; ldr r2, [r1]": (3, 3, 4),  # the base that was moved on
    "ldr r0, [r1], #4; ldr r2, [r3]": (3, 3, 3),
    "ldm r0!, {r1, r2}; ldr r3, [r0]": (5, 5, 6),
    "str r0, [r1]; str r2, [r3]": (2, 2, 3),  # the write buffer
    "strd r0, r1, [r2]; ldr r4, [r5]": (5, 5, 6),
    "stmdb r0!, {r1, r2}; adds r3, r3, #1; str r3, [r4]": (5, 5, 5),
    "ldr r0, [pc, #4]": (2, 2, 3),
    "push {r4}; ldr r4, [r0]": (4, 4, 5),
}


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return assembled([*SEQUENCES, *BRANCHES, *DOUBTS], tmp_path_factory.mktemp("cycles"))


@pytest.mark.parametrize("text", SEQUENCES)
def test_sequence(code: dict[str, bytes], text: str) -> None:
    assert CortexM4().block(0x1000, code[text]).cycles == SEQUENCES[text]


@pytest.mark.parametrize("text", BRANCHES)
def test_branch(code: dict[str, bytes], text: str) -> None:
    cost = CortexM4().block(0x1000, code[text])
    assert (cost.cycles, cost.refill) == BRANCHES[text]
    assert cost.most_refill == 3


def test_a_wide_instruction_across_two_words_costs_a_branch_one_more(code: dict[str, bytes]) -> None:
    wide, narrow = code["mul r0, r1, r2"], code["adds r0, r1, r2"]
    assert [CortexM4().block(at, wide).entry for at in (0x1000, 0x1002)] == [0, 1]
    assert [CortexM4().block(at, narrow).entry for at in (0x1000, 0x1002)] == [0, 0]


def test_wait_states_cost_branches_lines_and_literals(code: dict[str, bytes]) -> None:
    slow = CortexM4(wait_states=2)
    assert slow.block(0x1000, code["bx lr"]) == BlockCost(cycles=1, refill=4, entry=0, most_refill=5)
    assert slow.block(0x1000, code["nop; nop"] * 4).cycles == 8  # one line of 16 bytes
    assert slow.block(0x1002, code["nop; nop"] * 4).cycles == 8 + 2  # reaches into a second one
    literal = bytes.fromhex("0048")  # ldr r0, [pc, #0]
    assert slow.block(0x1000, literal).cycles == CortexM4().block(0x1000, literal).cycles + 2


def test_an_undefined_instruction_ends_a_block() -> None:
    assert CortexM4().block(0x1000, bytes.fromhex("ffff")).cycles == 0
    assert CortexM4().block(0x1000, b"").cycles == 0


def test_the_emulated_board_has_no_wait_states() -> None:
    assert load_board("emulated").flash.wait_states == 0


def test_capstone_is_imported_only_when_blocks_are_timed() -> None:
    program = (
        "import sys, firmware_tools.emulator.board, firmware_tools.emulator.cycles\n"
        "print({'capstone', 'unicorn'} & {*sys.modules})"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "set()"


# ---- where the manual gives a range ---------------------------------------------------------------------------------


@pytest.mark.parametrize("text", DOUBTS)
def test_what_is_in_doubt(code: dict[str, bytes], text: str) -> None:
    harshest = replace(HARSHEST, least_wait_states=0)
    counted = [CortexM4(timing=timing).block(0x1000, code[text]).cycles for timing in (KINDEST, DEFAULT, harshest)]
    assert tuple(counted) == DOUBTS[text]


def test_a_refill_is_counted_from_1_to_3(code: dict[str, bytes]) -> None:
    kind, harsh = CortexM4(timing=KINDEST), CortexM4(timing=replace(HARSHEST, least_wait_states=0))
    for text in ("b .", "bx lr"):
        assert kind.block(0x1000, code[text]).refill == 1
        assert harsh.block(0x1000, code[text]).refill == 3
    wide = code["mul r0, r1, r2"]  # straddles two words: part of P where P is fixed
    assert [model.block(0x1002, wide).entry for model in (kind, CortexM4(), harsh)] == [0, 1, 0]
    assert kind.block(0x1000, code["pop {r4, pc}"]).refill == 3  # three cycles by the manual, whatever P is


def test_the_default_lies_between_the_kindest_and_the_harshest(code: dict[str, bytes]) -> None:
    def most(timing: Timing, text: str) -> int:
        cost = CortexM4(timing=timing).block(0x1000, code[text])
        return cost.cycles + cost.refill

    for text in code:
        assert most(KINDEST, text) <= most(DEFAULT, text) <= most(HARSHEST, text), text


def test_flash_without_a_read_buffer_waits_for_each_word(code: dict[str, bytes]) -> None:
    straight = code["nop; nop"] * 4
    assert CortexM4(2, Timing(line_bytes=4)).block(0x1000, straight).cycles == 8 + 3 * 2
    assert CortexM4(3, HARSHEST).wait_states == 3
    assert CortexM4(0, HARSHEST).wait_states == 2


def test_timings_have_names_that_a_board_may_say() -> None:
    assert tuple(TIMINGS) == TIMING_NAMES
    assert timing_named(load_board("emulated").timing) == DEFAULT
    with pytest.raises(BoardError, match="kindest"):
        timing_named("kind")
