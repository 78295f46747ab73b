"""The simulation that intervals are held against: what it draws is what its settings say."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from kws_data.bench import intervals
from kws_data.bench.intervals import Covered, Row, Setting, coverage
from kws_data.cli.bench.command import command
from kws_data.statistics.intervals import wilson


@pytest.mark.parametrize(("rate", "correlation"), [(0.5, 0.05), (0.95, 0.1), (0.99, 0.05)])
def test_speakers_differ_as_much_as_asked(rate, correlation):
    setting = Setting(rate, 100, 20, correlation=correlation)
    drawn = intervals._rates(setting, (4_000, 100), np.random.default_rng(0))
    assert drawn.mean() == pytest.approx(rate, abs=0.002)
    assert drawn.var() / (rate * (1 - rate)) == pytest.approx(correlation, rel=0.05)


def test_wilson_of_many_is_wilson():
    low, high = intervals._wilson(np.array([0, 3, 10]), np.array([10, 10, 10]))
    np.testing.assert_allclose(np.stack([low, high], axis=1), [wilson(h, 10) for h in (0, 3, 10)], atol=1e-15)


def test_the_same_seed_draws_the_same_and_progress_ends():
    told = []
    settings = [Setting(0.9, 10, 5), Setting(0.8, 10, 5)]
    rows = coverage(settings, 600, 4, lambda *said: told.append(said))
    assert rows == coverage(settings, 600, 4) != coverage(settings, 600, 5)
    assert told[-1] == ("intervals", 1_200, 1_200)


def test_clips_of_one_person_deceive_wilson_and_few_people_the_percentiles():
    (row,) = coverage([Setting(0.95, 20, 30)], 1_000)
    assert row.found["by_clip"].coverage < 0.85
    assert row.found["percentiles"].coverage < 0.91
    assert 0.93 <= row.found["by_speaker"].coverage <= 0.97


def test_off_is_what_chance_does_not_explain():
    def off(coverage, draws):
        return Row(Setting(0.5, 10, 10), draws, {"by_speaker": Covered(coverage, 0, 0, 0)}).off

    assert off(0.92, 10_000) and not off(0.92, 100) and not off(0.95, 10_000) and off(0.98, 10_000)


def test_the_command_prints_its_rows(monkeypatch):
    monkeypatch.setattr(intervals.coverage, "__defaults__", ((Setting(0.9, 20, 10),), 100, 0, None))
    done = CliRunner().invoke(command, ["intervals", "--draws", "200", "--json"])
    document = json.loads(done.stdout)
    assert done.exit_code == 0 and document["passed"] and document["draws"] == 200
    assert {"rate", "by_speaker", "by_clip", "percentiles", "promised"} <= set(document["rows"][0])
