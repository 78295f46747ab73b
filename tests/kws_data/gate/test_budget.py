from dataclasses import replace

import pytest
from tiny_bundle import tiny_bundle

from firmware_tools.spotter.island import ENGINE_RAM, WEIGHTS, Island, Part
from firmware_tools.tflite.graph import read_tflite
from kws_data.config.device import BudgetSettings
from kws_data.errors import GateError
from kws_data.gate.budget import Check, check_budget, layer_cycles, live_tensors
from kws_data.gate.listening import Listening
from kws_data.gate.measure import LatencyCycles

CYCLES = LatencyCycles(frontend=100_000, inference=500_000, decision=4_000, clock_hz=64_000_000)


def test_a_small_model_passes() -> None:
    report = check_budget(tiny_bundle(), BudgetSettings(), CYCLES)
    assert report.passed
    assert [check.name for check in report.checks] == ["model_bytes", "arena_bytes", "latency_ms"]
    assert report.checks[0].measured == len(tiny_bundle().tflite)
    assert report.checks[2].measured == pytest.approx(604_000 / 64_000)
    report.require()


def test_a_model_that_is_too_big_fails_and_names_its_largest_layer() -> None:
    bundle = tiny_bundle(channels=200)
    report = check_budget(bundle, BudgetSettings(), CYCLES)
    assert not report.passed
    with pytest.raises(GateError, match=r"model_bytes.*over by.*conv_2d") as caught:
        report.require()
    assert caught.value.exit_code == 1 and "\n" not in str(caught.value)
    weights = 3 * 40 * 200
    assert report.checks[0].largest[0].amount >= weights


def test_a_small_arena_names_the_tensors_alive_at_its_peak() -> None:
    report = check_budget(tiny_bundle(), BudgetSettings(arena_bytes=1_000))
    arena = report.checks[1]
    assert not arena.passed
    assert arena.largest[0].name == "input features" and arena.largest[0].amount == 49 * 40


def test_a_slow_board_names_the_slowest_part() -> None:
    slow = LatencyCycles(frontend=90_000, inference=5_000, decision=10, clock_hz=1_000_000)
    report = check_budget(tiny_bundle(), BudgetSettings(latency_ms=10), slow)
    assert not report.passed
    assert report.checks[2].largest[0].name.startswith("front end")


def test_layers_weigh_what_was_measured_and_a_guess_says_that_it_is_one() -> None:
    bundle = tiny_bundle()
    graph = read_tflite(bundle.tflite)
    measured = tuple(range(100, 100 + len(graph.operators)))
    named = layer_cycles(graph, LatencyCycles(0, sum(measured), 0, 64_000_000, measured))
    assert [part.amount for part in named] == list(measured)
    assert [part.name for part in named] == [graph.layer_name(operator) for operator in graph.operators]
    assert all(part.name.endswith("by MACs") for part in layer_cycles(graph, CYCLES))


def test_limits_on_island_and_cycles_are_held_when_they_are_set() -> None:
    bundle = tiny_bundle()
    island = Island((Part("kws_model_0_weights", WEIGHTS, 4_000), Part("window", ENGINE_RAM, 1_960)))
    limits = BudgetSettings(island_bytes=5_000, inference_cycles=500_000)
    checks = {check.name: check for check in check_budget(bundle, limits, CYCLES, island).checks}
    assert checks["inference_cycles"].passed and not checks["island_bytes"].passed
    assert checks["island_bytes"].measured == 5_960
    assert checks["island_bytes"].largest[0].name == "kws_model_0_weights (weights)"
    assert len(check_budget(bundle, BudgetSettings(), CYCLES, island).checks) == 3
    assert len(check_budget(bundle, BudgetSettings(island_bytes=0), CYCLES, island).checks) == 3


def test_a_model_that_streams_has_16_kb_unless_another_limit_is_written() -> None:
    streams, island = replace(tiny_bundle(), engine="streaming"), Island((Part("w_weights", WEIGHTS, 16_385),))

    def of_island(**limits: int) -> list[Check]:
        report = check_budget(streams, BudgetSettings(**limits), CYCLES, island)
        return [check for check in report.checks if check.name == "island_bytes"]

    (held,) = of_island()
    assert held.limit == 16_384 and not held.passed
    assert of_island(island_bytes=20_000)[0].passed
    assert of_island(island_bytes=0) == []


def test_a_limit_on_the_share_of_the_core_names_what_takes_it() -> None:
    work = Listening(frames=3, hop_s=0.06, frontend=40_000, model=71_000, decision=1_000, clock_hz=64_000_000)
    assert work.share == pytest.approx(0.05)
    report = check_budget(tiny_bundle(), BudgetSettings(duty=4.5), CYCLES, listening=work)
    (duty,) = (check for check in report.checks if check.name == "duty")
    assert not duty.passed and duty.measured == pytest.approx(5.0)
    assert "over by 0.5; largest: front end, 3 frames (3.125)" in duty.line()
    assert check_budget(tiny_bundle(), BudgetSettings(duty=5.1), CYCLES, listening=work).passed
    assert len(check_budget(tiny_bundle(), BudgetSettings(), CYCLES, listening=work).checks) == 3


def test_exactly_at_the_limit_is_within_it() -> None:
    bundle = tiny_bundle()
    assert check_budget(bundle, BudgetSettings(model_bytes=len(bundle.tflite))).passed
    assert not check_budget(bundle, BudgetSettings(model_bytes=len(bundle.tflite) - 1)).passed


def test_without_a_board_latency_is_not_checked() -> None:
    assert "latency_ms" not in {check.name for check in check_budget(tiny_bundle(), BudgetSettings()).checks}


def test_tensors_live_from_their_maker_to_their_last_reader() -> None:
    graph = read_tflite(tiny_bundle().tflite)
    first, second = live_tensors(graph, 0), live_tensors(graph, 1)
    assert "input features" in first and "input features" not in second
    assert sum(first.values()) == 49 * 40 + 25 * 8
