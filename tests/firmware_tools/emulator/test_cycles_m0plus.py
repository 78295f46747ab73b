"""Short sequences against the figures of the Cortex-M0+ manual (DDI 0484C), table 3-1."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rp2040_boards import needs_rp2040js, running
from synthetic_models import keyword_model
from thumb_code import assembled

from firmware_tools.boards.spec import load_board
from firmware_tools.emulator.cycles_m0plus import CortexM0Plus
from firmware_tools.emulator.timing import HARSHEST
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.spotter.layers import APP, layer_cycles, layer_sources
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.tflite.graph import read_tflite

SEQUENCES = {  # cycles not taken or before the refill, refill
    "adds r0, r1, r2": (1, 0),
    "muls r0, r1, r0": (1, 0),
    "sxth r0, r1": (1, 0),
    "ldr r0, [r1, #4]": (2, 0),
    "ldrsb r0, [r1, r2]; ldrb r3, [r4]": (4, 0),  # nothing pipelines
    "strb r0, [r1, r2]": (2, 0),
    "ldm r0!, {r1, r2, r3}": (4, 0),
    "stm r0!, {r1, r2}": (3, 0),
    "push {r4, r5, lr}": (4, 0),
    "pop {r4, r5}": (3, 0),
    "pop {r4, r5, pc}": (4, 2),
    "b .": (1, 1),
    "cmp r0, #0; beq .": (2, 1),
    "bl seq0": (1, 2),
    "bx lr": (1, 1),
    "blx r3": (1, 1),
    "mov pc, r1": (1, 1),
    "mrs r0, primask": (3, 0),
    "dsb; isb": (6, 0),
    "ldr r0, [pc, #4]": (2, 0),
    "nop; nop": (2, 0),
}


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return assembled([*SEQUENCES], tmp_path_factory.mktemp("cycles"), "cortex-m0+")


@pytest.mark.parametrize("text", SEQUENCES)
def test_sequence(code: dict[str, bytes], text: str) -> None:
    cost = CortexM0Plus().block(0x1000, code[text])
    assert (cost.cycles, cost.refill, cost.entry, cost.most_refill) == (*SEQUENCES[text], 0, SEQUENCES[text][1])


def test_flash_is_waited_for(code: dict[str, bytes]) -> None:
    slow = CortexM0Plus(2)
    assert slow.block(0x1000, code["ldr r0, [pc, #4]"]).cycles == 4
    assert slow.block(0x1000, code["bx lr"]).refill == 3
    assert slow.block(0x1002, code["nop; nop"] * 4).cycles == 8 + 2
    assert CortexM0Plus(timing=HARSHEST).wait_states == 2


@needs_rp2040js
def test_a_model_takes_what_another_emulator_counts(tmp_path: Path) -> None:
    """rp2040js has a table of its own, and the same sum to 1 % where a layer is long: its clock ticks 125 cycles."""
    tflite = keyword_model()
    labels = [f"label{number}" for number in range(read_tflite(tflite).output.elements)]
    sources = layer_sources(tflite, spotter_sources(FrontendSpec(), tflite, labels, 0, "abc"), "abc")
    counted = []
    for board in (load_board("pico"), replace(load_board("emulated"), core="cortex-m0+")):
        with running(board, tmp_path / board.name, APP, sources) as (session, _image):
            counted.append(layer_cycles(session.link))
    long = [(theirs, ours) for theirs, ours in zip(*counted, strict=True) if theirs > 50_000]
    assert len(long) > 5
    for theirs, ours in long:
        assert ours == pytest.approx(theirs, rel=0.01)
