"""``report.json``: the numbers of a run, in the layout that other programs rely on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from firmware_tools.frontend.spec import MICRO
from kws_data.bundle import BUNDLE_FILE
from kws_data.config.config import Config
from kws_data.evaluation.evaluation_report import EvaluationReport
from kws_data.run_folder import BUDGET_FILE, DATASET_FILE, read_json
from kws_data.slices.slice_report import SLICES_FILE, SliceReport

SCHEMA = 1


def _slices(folder: Path) -> dict[str, Any]:
    """The block of slices; nothing for a run of a kws that did not look for them."""
    return {"slices": SliceReport.load(folder).block()} if (folder / SLICES_FILE).is_file() else {}


def on_board(config: Config) -> bool:
    """Whether a run's detector is measured on a board: not where its front end is in no firmware of ours."""
    return config.frontend.kind != MICRO


def build_document(config: Config) -> dict[str, Any]:
    """Collect the results of all steps in ``runs/<name>``.

    Raises:
        DataError: a step has not run.
    """
    root = config.run_dir
    dataset = read_json(root / "dataset" / DATASET_FILE, "build")
    bundle = read_json(root / "model" / BUNDLE_FILE, "export")
    budget = read_json(root / "model" / BUDGET_FILE, "check")
    evaluation = EvaluationReport.load(root / "report", on_board(config))
    return {
        "schema": SCHEMA,
        "config": config.name,
        "seed": config.seed,
        "dataset": {key: dataset[key] for key in ("version", "clips", "speakers", "leaks")},
        "model": {
            "tflite_bytes": bundle["tflite_bytes"],
            "arena_bytes": bundle["arena_bytes"],
            "island_bytes": budget["island_bytes"],
            "parameters": bundle["parameters"],
            "macs": bundle["macs"],
            "sha256": bundle["model_sha256"],
        },
        **evaluation.to_dict(),
        **_slices(root / "report"),
        "budget": {"passed": budget["passed"], "checks": budget["checks"]},
    }
