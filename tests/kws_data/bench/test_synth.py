"""The bench of speech engines."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kws_data.bench import synth
from kws_data.bench.synth import PACES, Pace, Speed, bench_synth
from kws_data.cli import run
from kws_data.cli.bench.synth import ENGINES
from kws_data.progress import no_progress
from kws_data.system import onnx


def test_each_engine_that_can_be_asked_for_has_a_pace() -> None:
    assert set(ENGINES) == set(PACES)


def test_the_baseline_speaks_and_what_is_missing_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(PACES, "espeak", Pace(None, 1))
    monkeypatch.setattr(onnx, "_is_there", lambda module: False)
    assert run(["bench", "synth", "--engine", "hibari", "--json"]) == 0, "what is missing is no failure"
    espeak, hibari = json.loads(capsys.readouterr().out)
    assert espeak["details"]["clips"] == 8 and espeak["details"]["ratio"] == 1.0
    assert 1 < espeak["details"]["clips_per_core_s"] < 10_000
    assert hibari["passed"] is None and "pip install 'kws[voices]'" in hibari["measured"]
    assert hibari["wanted"] == ">= 60 clips a second and core"


@pytest.mark.parametrize(("cpu_s", "passed"), [(1.5, True), (1.8, False)])
def test_an_engine_is_held_to_its_seconds_of_the_core(
    cpu_s: float, passed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    speeds = {"espeak": Speed(100, 1.0, 1.0), "hibari": Speed(100, 9.0, cpu_s)}
    monkeypatch.setattr(synth, "measure", lambda engine, takes: speeds[engine.kind])
    monkeypatch.setattr(synth, "_name_of_speaking", lambda engine: engine.kind)
    base, hibari = bench_synth(["hibari"], no_progress)
    assert (base.passed, hibari.passed) == (True, passed)
    assert hibari.details["ratio"] == pytest.approx(1 / cpu_s)
    assert replace(speeds["hibari"], clips=150).less(speeds["espeak"]) == Speed(50, 8.0, pytest.approx(cpu_s - 1))
