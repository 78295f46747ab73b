"""The whole chain, small: synthetic people, the emulated board, and everything in between, through the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.slow

CONFIG = """
name: tiny
seed: 3
keywords: ["yes", "stop"]
data:
  source: synthetic
  synth: {speakers: 16, takes: 2, other_words: [maybe, house, left]}
  record_train_clips: 20
split: {validation_share: 0.3, refit: true}
export: {refit_epochs: 3}
augment: {copies: 2}
model: {channels: 12, blocks: 2, kernel: 5}
train: {epochs: 12}
"""


def kws(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from kws_data.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=600, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder in which the chain has run."""
    path = tmp_path_factory.mktemp("chain")
    (path / "tiny.yaml").write_text(CONFIG)
    done = kws(path, "run", "tiny.yaml", "--json")
    assert done.returncode == 0, done.stderr
    (path / "stdout.json").write_text(done.stdout)
    return path


@pytest.fixture(scope="module")
def report(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "runs/tiny/report/report.json").read_text())
    return document


METRICS = {"accuracy", "tpr", "tpr_ci95", "fpr", "fpr_ci95", "threshold", "clips", "per_keyword"}


def test_the_report_has_the_layout_that_others_rely_on(folder: Path, report: dict[str, Any]) -> None:
    assert json.loads((folder / "stdout.json").read_text()) == report
    assert (report["schema"], report["config"], report["seed"]) == (1, "tiny", 3)
    assert {"version", "clips", "speakers", "leaks"} <= set(report["dataset"])
    assert report["dataset"]["version"].startswith("sha256")
    assert report["dataset"]["leaks"] == 0
    assert set(report["dataset"]["clips"]) == {"train", "validation", "test"}
    for key in ("tflite_bytes", "arena_bytes", "island_bytes", "parameters", "macs"):
        assert report["model"][key] > 0
    assert set(report["host"]["float"]) >= METRICS and set(report["host"]["int8"]) >= METRICS
    assert set(report["host"]["before_refit"]) >= METRICS
    device = report["device"]
    assert set(device) >= METRICS | {"board", "image_flash_bytes", "image_ram_bytes", "agreement"}
    assert set(device["per_keyword"]) == {"yes", "stop"}
    assert device["cycles"]["frontend_frame"] > 1_000 and device["cycles"]["inference"] > 10_000
    assert 0 < device["latency_ms"]["p50"] <= device["latency_ms"]["p95"] <= device["latency_ms"]["max"]
    assert {"p50", "p95"} <= set(device["response_ms"])
    assert {"hours", "false_accepts_per_hour", "upper95", "frr"} <= set(report["stream"])
    names = [check["name"] for check in report["budget"]["checks"]]
    assert names == ["model_bytes", "arena_bytes", "latency_ms"] and report["budget"]["passed"]


def test_board_and_host_agree_on_every_clip(report: dict[str, Any]) -> None:
    assert report["device"]["agreement"] == 1.0
    assert report["device"]["clips"] == report["dataset"]["clips"]["test"] == report["host"]["int8"]["clips"]
    for key in ("tpr", "fpr", "accuracy"):
        assert report["device"][key] == report["host"]["int8"][key]


def test_every_test_clip_came_through_the_board_unchanged(folder: Path) -> None:
    import pyarrow.parquet as parquet

    rows = parquet.read_table(folder / "runs/tiny/dataset/manifest.parquet").to_pylist()
    recorded = [row for row in rows if row["device"] == "board:emulated"]
    assert all(row["device"] == "board:emulated" for row in rows if row["split"] == "test")
    assert sum(row["split"] == "train" for row in recorded) == 20
    # The emulated microphone adds nothing: what was played is what was stored, so both share their audio's hash.
    from kws_data.catalog.catalog import Catalog

    with Catalog(folder / "recordings") as catalog:
        by_id = {clip.id: clip for clip in catalog.clips()}
    through = [clip for clip in by_id.values() if clip.device == "board:emulated"]
    parents = [(clip, by_id[clip.parent]) for clip in through]
    assert len(parents) == len(recorded)
    assert all(clip.audio_sha256 == parent.audio_sha256 for clip, parent in parents)


def test_files_are_where_the_contract_says(folder: Path) -> None:
    root = folder / "runs" / "tiny"
    for name in (
        "dataset/manifest.parquet",
        "dataset/dataset.json",
        "dataset/datasheet.md",
        "dataset/features-train-x.npy",
        "model/model.tflite",
        "model/bundle.json",
        "model/labels.txt",
        "model/model_float.keras",
        "firmware/kws_model.c",
        "firmware/spotter.elf",
        "firmware/spotter.bin",
        "firmware/size.json",
        "report/report.html",
        "report/report.json",
        "report/predictions.parquet",
    ):
        assert (root / name).stat().st_size > 0, name
    assert (root / "model/labels.txt").read_text().split() == ["_silence_", "_unknown_", "yes", "stop"]
    bundle = json.loads((root / "model/bundle.json").read_text())
    assert bundle["bundle_hash"] in (root / "firmware/kws_model.c").read_text()[:200]
    assert (root / "model/held_out.tflite").read_bytes() != (root / "model/model.tflite").read_bytes()
    assert "int8 before the refit, host" in (root / "report/report.html").read_text()


def test_every_clip_of_every_engine_has_a_row(folder: Path, report: dict[str, Any]) -> None:
    import pyarrow.parquet as parquet

    rows = parquet.read_table(folder / "runs/tiny/report/predictions.parquet").to_pylist()
    manifest = parquet.read_table(folder / "runs/tiny/dataset/manifest.parquet").to_pylist()
    host = {"float", "int8", "c", "before_refit"}
    for split, engines in (("test", host | {"device"}), ("validation", host)):
        wanted = {(row["clip_id"], row["label"]) for row in manifest if row["split"] == split}
        own = [row for row in rows if row["split"] == split]
        assert {row["engine"] for row in own} == engines and len(own) == len(engines) * len(wanted)
        for engine in engines:
            assert {(row["clip_id"], row["label"]) for row in own if row["engine"] == engine} == wanted
    for engine, block in (*report["host"].items(), ("device", report["device"])):
        own = [row for row in rows if (row["engine"], row["split"]) == (engine, "test")]
        said = [row for row in own if row["label"] in ("yes", "stop")]
        assert block["tpr"] == sum(row["detected"] == row["label"] for row in said) / len(said)


def test_a_second_run_finds_everything_current(folder: Path, report: dict[str, Any]) -> None:
    before = (folder / "runs/tiny/model/model.tflite").stat().st_mtime_ns
    done = kws(folder, "run", "tiny.yaml", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == report
    assert (folder / "runs/tiny/model/model.tflite").stat().st_mtime_ns == before
    for step in ("build the data set", "train the model", "measure on the board"):
        assert f"{step}: current" in done.stderr


def test_the_gate_fails_the_run_and_names_what_weighs_most(folder: Path) -> None:
    limits = ("--set", "budget.model_bytes=2000", "--set", "budget.latency_ms=0.5")
    done = kws(folder, "check", "tiny.yaml", *limits, "--no-suggest")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("FAIL  model_bytes") and "largest: " in lines[0] and "conv_2d" in lines[0]
    assert lines[1].startswith("ok    arena_bytes")
    assert lines[2].startswith("FAIL  latency_ms")
    kept = kws(folder, "check", "tiny.yaml")
    assert kept.returncode == 0 and "another model" not in kept.stderr
    assert "another model" in kws(folder, "check", "tiny.yaml", "--set", "stream.refractory_ms=900").stderr
    # Trying other limits leaves the run as it was.
    assert kws(folder, "run", "tiny.yaml", "--json").returncode == 0


def test_evaluate_scores_a_folder_that_was_in_no_run_the_same_on_host_and_board(folder: Path) -> None:
    from kws_data.audio import write_flac

    rng = np.random.default_rng(0)
    clips = np.load(folder / "runs/tiny/dataset/audio-test.npy")
    for number, clip in enumerate(clips[:6]):
        write_flac(folder / "extra" / ("yes" if number % 2 else "other") / f"p{number}_nohash_0.flac", clip, 16_000)
    noise = rng.normal(0, 300, 48_000).astype(np.int16)
    write_flac(folder / "extra" / "_background_noise_" / "hiss.flac", noise, 16_000)
    (folder / "extra" / "yes" / "bad_nohash_0.wav").write_text("no audio")
    found = {}
    for engine in ("host", "device"):
        done = kws(folder, "evaluate", "--bundle", "runs/tiny/model", "--data", "extra", "--engine", engine, "--json")
        assert done.returncode == 0, done.stderr
        found[engine] = json.loads(done.stdout)
    assert found["device"]["agreement"] == 1.0
    for key in METRICS:
        assert found["host"][key] == found["device"][key]
    assert found["host"]["clips_per_label"] == {"_silence_": 3, "_unknown_": 3, "yes": 3, "stop": 0}
    assert [row["file"] for row in found["host"]["set_aside"]] == ["yes/bad_nohash_0.wav"]


def test_streams_are_heard_the_same_on_host_and_board(folder: Path) -> None:
    found = {}
    for engine in ("host", "device"):
        done = kws(
            folder,
            "evaluate",
            "--bundle",
            "runs/tiny/model",
            "--stream",
            "runs/tiny/dataset/stream",
            "--engine",
            engine,
            "--json",
        )
        assert done.returncode == 0, done.stderr
        found[engine] = json.loads(done.stdout)
    assert found["host"]["detections"] == found["device"]["detections"]
    assert found["host"]["hours"] > 0


def test_a_board_with_another_model_is_refused(folder: Path) -> None:
    """The flashed image says which bundle it was built from, and a newer export does not match it."""
    bundle = folder / "runs/tiny/model/bundle.json"
    original = bundle.read_text()
    try:
        bundle.write_text(original.replace('"config": "tiny"', '"config": "tinier"'))
        done = kws(folder, "device-eval", "tiny.yaml")
        assert done.returncode == 2
        assert "changed by hand" in done.stderr
    finally:
        bundle.write_text(original)
