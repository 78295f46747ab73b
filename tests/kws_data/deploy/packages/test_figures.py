"""What the run beside a bundle adds to a package's README, and only when it is the bundle's own."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from tiny_bundle import tiny_bundle

from kws_data.deploy.packages.figures import RunFigures, figures_table, licences_line, run_figures

BUNDLE = tiny_bundle()


def run_folder(folder: Path, version: str, model: str) -> Path:
    """A run with a data set of two licences and a report; its model folder."""
    for name in ("dataset", "report", "model"):
        (folder / name).mkdir()
    info = {"version": version, "clips": {}, "speakers": {}, "leaks": 0}
    (folder / "dataset/dataset.json").write_text(json.dumps(info))
    parquet.write_table(pa.table({"licence": ["CC0-1.0", "CC-BY-4.0", "CC0-1.0"]}), folder / "dataset/manifest.parquet")
    device = {"board": "pico", "cycles": {"frontend_frame": 12_345, "inference": 67_890}}
    report = {"model": {"sha256": model}, "device": device}
    (folder / "report/report.json").write_text(json.dumps(report))
    return folder / "model"


def test_licences_and_cycles_come_from_the_run(tmp_path: Path) -> None:
    run = run_figures(BUNDLE, run_folder(tmp_path, BUNDLE.dataset_version, BUNDLE.model_sha256))
    assert licences_line(run) == "CC0-1.0 (2 clips), CC-BY-4.0 (1 clips)"
    assert "| cycles on pico | 12,345 a frame of the front end, 67,890 an inference |" in figures_table(BUNDLE, run)


@pytest.mark.parametrize("damage", [None, "{}", "[1]", "no json"])
def test_another_runs_figures_are_not_taken(tmp_path: Path, damage: str | None) -> None:
    model = run_folder(tmp_path, "sha256:other", "another model")
    if damage is not None:
        (tmp_path / "report/report.json").write_text(damage)
        (tmp_path / "dataset/dataset.json").write_text(damage)
    run = run_figures(BUNDLE, model)
    assert run == RunFigures({})
    assert "not known here" in licences_line(run) and "not measured" in figures_table(BUNDLE, run)
