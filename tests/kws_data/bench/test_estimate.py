"""The arithmetic of kws_data/docs/scale.md."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kws_data.bench.build.estimate import ClipCost, Machines, cost_of, markdown, scale_table
from kws_data.cli import run
from kws_data.errors import DataError

SPEED = {"core_s_per_clip": 0.004, "audio_bytes_per_clip": 20e3, "feature_bytes_per_clip": 30e3}
FIGURES = [{"what": "speed", "details": SPEED}, {"what": "cores", "details": {"two_s": 5.0, "ratio": 1.8}}]


def test_the_cost_of_a_clip_comes_from_the_bench() -> None:
    assert cost_of(FIGURES) == ClipCost(0.004, 20e3, 30e3, 0.9)
    assert cost_of(FIGURES[:1]).efficiency == 1.0
    with pytest.raises(DataError, match="no figure on speed"):
        cost_of(FIGURES[1:])


def test_a_million_clips_worked_out_by_hand() -> None:
    one, four = scale_table(ClipCost(0.0036, 20e3, 30e3), [1_000_000], [1, 4], Machines(10, 0.05, 0.02))
    assert one.core_hours == four.core_hours == pytest.approx(1.0)
    assert (one.hours, four.hours) == (pytest.approx(0.1), pytest.approx(0.025))
    assert (one.audio_gb, one.features_gb) == (pytest.approx(20), pytest.approx(30))
    assert one.compute_usd == pytest.approx(0.05) and one.storage_usd_month == pytest.approx(80 * 0.02)
    # 50 GB in 360 s
    assert one.network_mbit_s == four.network_mbit_s == pytest.approx(50e9 * 8 / 1e6 / 360)


def test_the_table_has_a_line_for_each_case() -> None:
    rows = scale_table(cost_of(FIGURES), [1_000_000, 24_000_000], [1, 4, 16])
    assert len(markdown(rows).splitlines()) == 8
    assert rows[3].core_hours == pytest.approx(24 * rows[0].core_hours)


def test_the_command_prints_the_table_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bench.json"
    path.write_text(json.dumps(FIGURES))
    assert run(["bench", "build", "--scale", str(path)]) == 0
    assert capsys.readouterr().out.count("24,000,000") == 3
    assert run(["bench", "build", "--scale", str(path), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 6
    for text in ("{}", "nonsense", "[1]"):
        path.write_text(text)
        assert run(["bench", "build", "--scale", str(path)]) == 2
