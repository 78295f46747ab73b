"""The bench of builds measures what it says: tiny amounts, real parts."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kws_data.bench.build.baseline import baseline_chain, baseline_features
from kws_data.bench.build.bench import PARTS, BuildBench
from kws_data.bench.build.material import FRONTENDS, KEYWORDS, RATE_HZ, make_material
from kws_data.bench.build.memory import memory_bytes, write_repeating_manifest
from kws_data.bench.build.rows import bench_build
from kws_data.bench.figures import Figure, all_passed
from kws_data.cli import run
from kws_data.cli.bench.build import PARTS as CLI_PARTS
from kws_data.dataset.manifest import read_manifest
from kws_data.errors import DataError


def test_material_is_whole_speakers_with_one_clip_in_a_hundred_kept_back(tmp_path: Path) -> None:
    material = make_material(tmp_path / "material", 220)
    there = {path.name for path in material.clips.rglob("*.flac")}
    assert len(material.later) == 2 and len(list(material.clips.rglob("*.flac"))) == 218
    assert len(there) == 20 and {path.name for path in material.clips.iterdir()} >= set(KEYWORDS)
    material.add_later()
    assert len(list(material.clips.rglob("*.flac"))) == 220
    assert len(list(material.noise.iterdir())) == 4 and len(list(material.rooms.iterdir())) == 8
    assert not make_material(tmp_path / "again", 220).clips.samefile(material.clips)
    with pytest.raises(DataError, match="lacks a keyword"):
        make_material(tmp_path / "other", 10, tmp_path / "material" / "noise")


def test_the_baseline_does_the_recipe(tmp_path: Path) -> None:
    material = make_material(tmp_path / "material", 132)
    clip = np.sin(np.arange(RATE_HZ) * 0.2).astype(np.float32) * np.float32(0.3)
    chain = baseline_chain(material.noise, material.rooms)
    copies = [chain(clip) for _ in range(10)]
    assert all(copy.shape == clip.shape and not np.array_equal(copy, clip) for copy in copies)
    mfcc, mel = baseline_features(clip)
    shapes = [(spec.features, spec.frames(RATE_HZ)) for spec in FRONTENDS]
    assert [mfcc.shape, mel.shape] == shapes == [(10, 49), (40, 49)]


def test_a_manifest_that_repeats_its_audio(tmp_path: Path) -> None:
    write_repeating_manifest(tmp_path / "manifest.parquet", ["aa", "bb", "cc"], 8)
    rows = read_manifest(tmp_path)
    assert [(row["audio_sha256"], row["repeat"]) for row in rows[2:5]] == [("cc", 0), ("aa", 1), ("bb", 1)]
    assert len({row["clip_id"] for row in rows}) == 8


def test_memory_counts_this_process() -> None:
    before = memory_bytes(os.getpid())
    held = np.ones(100_000_000, np.int8)  # more than what glibc may take from memory that was freed
    assert memory_bytes(os.getpid()) - before > 80_000_000 and held[0]


@pytest.mark.slow
def test_the_rows_are_measured() -> None:
    amounts = replace(BuildBench.quick(), clips=160, copies=3, baseline_clips=4, rounds=1, parts=("speed", "warm"))
    speed, warm = bench_build(amounts)
    assert speed.details["ratio"] == speed.details["ours_per_s"] / speed.details["baseline_per_s"] > 1
    assert speed.details["feature_bytes_per_clip"] == 3 * 49 * 50
    assert warm.details["warm_s"] < warm.details["cold_s"] and "computed" in warm.measured


def test_a_missed_figure_fails_the_bench(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    figures = [Figure("a", "1", "2", True), Figure("b", "1", "0", False), Figure("c", "1", "", None)]
    assert all_passed([figures[0], figures[2]]) and not all_passed(figures)
    assert CLI_PARTS == PARTS
    monkeypatch.setattr("kws_data.bench.build.rows.bench_build", lambda amounts, progress: iter(figures))
    assert run(["bench", "build", "--quick", "--json"]) == 1
    assert [f["passed"] for f in json.loads(capsys.readouterr().out)] == [True, False, None]
    assert run(["bench", "build", "--only", "nonsense"]) == 2
