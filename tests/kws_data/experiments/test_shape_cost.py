"""Costs are measured on a real conversion and a real image; one small shape is enough to see that they are right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from firmware_tools.boards.spec import load_board
from kws_data.config.config import Config
from kws_data.deploy.images import spotter_image
from kws_data.experiments import shape_cost as module
from kws_data.experiments.shape_cost import LIMITS, ShapeCost, shape_cost, shape_costs, shape_key
from kws_data.experiments.untrained import untrained_bundle
from kws_data.gate.measure import measure_latency


def config(**changes: Any) -> Config:
    model = {"channels": 8, "blocks": 1, "kernel": 5, **changes.pop("model", {})}
    values = {"name": "t", "keywords": ["yes", "no"], "model": model, **changes}
    return Config.model_validate(values)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ShapeCost]:
    folder = tmp_path_factory.mktemp("shapes")
    return folder, shape_cost(config(), folder)


def test_a_cost_is_that_of_the_bundle_on_the_core(measured: tuple[Path, ShapeCost], tmp_path: Path) -> None:
    _, cost = measured
    board, bundle = load_board("emulated"), untrained_bundle(config())
    assert (cost.model_bytes, cost.arena_bytes, cost.macs) == (len(bundle.tflite), bundle.arena_bytes, bundle.macs)
    cycles = measure_latency(board, bundle, spotter_image(board, bundle, tmp_path))
    assert cost.inference_cycles == cycles.inference and cost.cycles.latency_ms == cycles.latency_ms
    assert cost.island_bytes > cost.model_bytes + 49 * 40  # the window of features alone
    assert not cost.failure


def test_a_shape_is_asked_for_once(measured: tuple[Path, ShapeCost], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cost = measured
    monkeypatch.setattr(module, "measure_bundle", lambda *_: pytest.fail("measured again"))
    same = config(name="other", seed=7, train={"epochs": 3}, export={"aware_epochs": 3})
    assert shape_cost(same, folder) == cost
    assert [one for _, one in shape_costs([config()] * 2, 2, folder)] == [cost, cost]


def test_a_cost_is_that_of_what_is_exported(measured: tuple[Path, ShapeCost]) -> None:
    _, eight = measured
    four = untrained_bundle(config(model={"pointwise_bits": 4}))
    assert eight.model_bytes - four.tflite_bytes == 8 * 8 // 2  # one pointwise kernel of 8 x 8
    assert four.macs == eight.macs


def test_a_damaged_entry_is_measured_again(measured: tuple[Path, ShapeCost], tmp_path: Path) -> None:
    _, cost = measured
    wanted = tmp_path / f"{shape_key(config())}.json"
    for text in ("{", "[]", json.dumps({"model_bytes": 3})):
        wanted.write_text(text)
        assert module._read(wanted) is None
    assert shape_cost(config(), tmp_path) == cost


@pytest.mark.parametrize(
    "changes",
    [
        {"model": {"channels": 12}},
        {"model": {"kernel": 7}},
        {"keywords": ["yes", "no", "go"]},
        {"frontend": {"coefficients": 20}},
        {"data": {"clip_ms": 500}},
        {"model": {"pointwise_bits": 4}},
        {"export": {"arena_plan": True}},
    ],
)
def test_what_shapes_a_cost_is_in_its_key(changes: dict[str, Any]) -> None:
    assert shape_key(config(**changes)) != shape_key(config())


def test_a_shape_that_cannot_be_built_breaks_every_limit_and_says_why(tmp_path: Path) -> None:
    long = config(model={"padding": "valid", "blocks": 8, "kernel": 9})
    cost = shape_cost(long, tmp_path)
    assert "too short" in cost.failure
    assert set(cost.broken(long)) == {"model_bytes", "arena_bytes", "latency_ms"}
    assert shape_cost(long, tmp_path) == cost


def test_limits_that_are_not_set_are_not_broken() -> None:
    cost = ShapeCost(10, 20, 30, 100, 1_000, 10, 5, 5, 1_000_000)
    free = config(budget={"model_bytes": 10, "arena_bytes": 20, "latency_ms": 1.11})
    assert cost.broken(free) == []
    tight = {"model_bytes": 9, "arena_bytes": 19, "latency_ms": 1.1, "island_bytes": 29, "inference_cycles": 999}
    assert tuple(cost.broken(config(budget=tight))) == tuple(name for name in tight if name in LIMITS)
