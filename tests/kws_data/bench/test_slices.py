"""The bench of the search: what it simulates, its baseline, and that it counts strictly."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from kws_data.bench.slices import Goals, naive, simulated, slices_figures
from kws_data.cli import run
from kws_data.slices.cut import SearchSettings


def test_the_planted_slice_has_three_times_the_errors_and_others_the_usual_ones() -> None:
    part, slice_ = simulated(60_000, (0, 0), planted=True)
    held = part.table.holding(slice_)
    assert slice_.keys() == {"accent", "snr"} and 0.03 < held.mean() < 0.08
    assert part.wrong[held].mean() == pytest.approx(0.15, abs=0.015)
    assert part.wrong[~held].mean() == pytest.approx(0.05, abs=0.005)
    clean, _ = simulated(60_000, (0, 0), planted=False)
    assert clean.wrong[held].mean() == pytest.approx(0.05, abs=0.01)


def test_the_baseline_finds_hundreds_where_nothing_fails() -> None:
    part, _ = simulated(1_000, (1, 0), planted=False)
    assert len(naive(part, SearchSettings())) > 100


def test_figures_are_counted_and_the_same_for_the_same_seed() -> None:
    told: list[int] = []
    first, again = (list(slices_figures([600], 2, 3, lambda *said: told.append(said[1]))) for _ in range(2))
    assert [replace(one, seconds=0.0) for one in first] == [replace(one, seconds=0.0) for one in again]
    (one,) = first
    assert one.sets == 2 and told == [1, 2, 1, 2] and one.slices > 1_000
    assert one.found_first <= one.found <= 2 and one.silent <= 2 and one.naive_false_per_set > one.false_per_set


def test_goals_hold_the_largest_size_to_what_it_finds_and_all_to_what_they_invent() -> None:
    (one,) = slices_figures([300], 1)
    small, large = (
        replace(one, clips=1_000, sets=20, found_first=1),
        replace(one, clips=10_000, sets=20, found_first=18),
    )
    small, large = replace(small, false_per_set=0.5), replace(large, false_per_set=0.0)
    assert Goals().reached([small, large])
    assert not Goals().reached([small, replace(large, found_first=17)])
    assert not Goals().reached([replace(small, false_per_set=1.5), large])


def test_the_verb_prints_json_and_fails_where_the_goal_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["bench", "slices", "--size", "300", "--sets", "1", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert code == (0 if document["passed"] else 1) and document["sets"][0]["clips"] == 300
    assert np.isfinite(document["sets"][0]["seconds"])
