"""What listening costs a core, what a board draws by its data sheets, and where its stack is painted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tiny_bundle import tiny_bundle

from firmware_tools.boards.power import ActiveCurrent, Current, PowerSpec
from firmware_tools.boards.spec import load_board
from kws_data.gate.cells import CELLS_MAH
from kws_data.gate.listening import Listening, listening_of
from kws_data.gate.measure import LatencyCycles, LayerCycles
from kws_data.gate.power import PowerEstimate, power_of

CYCLES = LatencyCycles(frontend=40_000, inference=30_000, decision=1_000, clock_hz=64_000_000)
WORK = Listening(frames=3, hop_s=0.06, frontend=40_000, model=71_000, decision=1_000, clock_hz=64_000_000)
SPEC = PowerSpec(ActiveCurrent(50.0, "a"), Current(3.0, "b"), Current(1_000.0, "c"), Current(650.0, "d"))


def test_frames_model_and_decision_share_the_time_between_two_decisions() -> None:
    bundle = tiny_bundle()
    work = listening_of(bundle, CYCLES, LayerCycles((10_000, 20_000), 71_000))
    assert (work.frames, work.hop_s) == (3, 0.06)
    assert work.cycles == 3 * 40_000 + 71_000 + 1_000
    assert work.share == pytest.approx(192_000 / 0.06 / 64e6) and not work.at_most
    assert "5.0% of the core: every 60 ms 3 frames of 40,000 cycles, the model 71,000" in work.line()


def test_where_no_layers_are_told_a_streaming_model_is_bounded() -> None:
    streams = replace(tiny_bundle(), engine="streaming")
    assert listening_of(streams, CYCLES, None).model == 3 * 30_000
    assert "at most" in listening_of(streams, CYCLES, None).line()
    assert listening_of(tiny_bundle(), CYCLES, None).model == 30_000


def test_power_is_that_of_the_shares() -> None:
    found = PowerEstimate("some", WORK, SPEC, 64_000_000)
    assert found.parts_ua == pytest.approx(
        {"core, computing": 0.05 * 50 * 64, "core, asleep": 0.95 * 3, "capture": 1_000, "microphone": 650}
    )
    assert found.cycles_per_hour == pytest.approx(3_600 * 192_000 / 0.06)
    assert found.hours("CR2032") == pytest.approx(225_000 / found.mean_ua)
    text = "\n".join(found.lines("LiPo"))
    assert "an estimate" in text and "hours on a LiPo of 500 mAh" in text
    assert all(source in text for source in ("50 uA/MHz: a", "3 uA: b", "1000 uA: c", "650 uA: d"))
    assert set(found.to_dict()["cells"]) == set(CELLS_MAH)


def test_the_time_that_was_counted_awake_goes_before_what_was_added_up() -> None:
    found = PowerEstimate("some", replace(WORK, awake=0.06), SPEC, 64_000_000)
    assert found.parts_ua["core, computing"] == pytest.approx(0.06 * 50 * 64)
    assert found.cycles_per_hour == pytest.approx(0.06 * 64e6 * 3_600)
    assert "awake for 6.0%" in replace(WORK, awake=0.06).line()


def test_a_gate_leaves_the_features() -> None:
    assert WORK.behind_gate(1.0) == pytest.approx(WORK.share)
    assert WORK.behind_gate(0.0) == pytest.approx(3 * 40_000 / 0.06 / 64e6)
    assert "while the gate is closed 3.1%" in replace(WORK, gated=True).line()


def test_a_core_that_cannot_keep_up_computes_all_the_time() -> None:
    late = replace(WORK, model=100_000_000)
    assert PowerEstimate("some", late, SPEC, 64_000_000).parts_ua["core, asleep"] == 0.0


def test_boards_say_where_their_figures_are_from() -> None:
    board = load_board("emulated")
    assert board.power is not None and "assumed as an nRF52840" in board.power.active.source
    found = power_of(board, WORK)
    assert found is not None and found.spec == board.power
    assert power_of(replace(board, power=None), WORK) is None
