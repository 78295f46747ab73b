"""A run's results, as they are compared with another's: its report, what it made of each test clip, who spoke."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from kws_data.bundle import BUNDLE_FILE
from kws_data.dataset.manifest import read_columns
from kws_data.errors import DataError
from kws_data.evaluation.predictions import FILE, INT8, Predictions, read_predictions
from kws_data.run_folder import MANIFEST_FILE, REPORT_FILE, read_json


@dataclass(frozen=True)
class ComparedRun:
    """One run.

    Attributes:
        name: as it was given.
        folder: ``runs/<name>``.
        report: as report.json.
        rows: test clips of the engine.
        speakers: of each clip; empty where the manifest is not there.
        engine: whose rows they are.
    """

    name: str
    folder: Path
    report: Mapping[str, Any]
    rows: Predictions
    speakers: Mapping[str, str]
    engine: str

    def at(self, clips: Sequence[str]) -> Predictions:
        """Rows of these clips, in their order, with labels in the order of their names: equal in all runs."""
        places = {clip: place for place, clip in enumerate(self.rows.clip_ids.tolist())}
        return _with_labels_sorted(self.rows, np.array([places[clip] for clip in clips], np.int64))

    @property
    def missed(self) -> float | None:
        """Share of keywords missed in streams; None where it was not measured."""
        stream = self.report["stream"]
        found: float | None = None if stream["false_accepts_per_hour"] is None else stream["frr"]
        return found

    @property
    def outdated(self) -> bool:
        """Whether ``model/bundle.json`` beside it is of another model, or of another clip threshold than was decided
        at; False where it is not there."""
        path = self.folder / "model" / BUNDLE_FILE
        if not path.is_file():
            return False
        bundle = read_json(path, "export")
        measured = self.report["model"].get("sha256"), self.report["host"].get(INT8, {}).get("threshold")
        return measured != (bundle.get("model_sha256"), bundle.get("threshold"))

    def figure(self, *way: str) -> float | None:
        """A number of the report; None where it is not there."""
        found: Any = self.report
        for part in way:
            nothing = isinstance(found, Mapping) and found.get("detected") == 0  # response times of no word
            found = found.get(part) if isinstance(found, Mapping) and not nothing else None
        return found if isinstance(found, int | float) else None


def load_runs(names: Sequence[str], engine: str, runs: Path = Path("runs")) -> list[ComparedRun]:
    """:func:`load_run` of each, called by its folder alone where no two are called alike."""
    found = [load_run(name, engine, runs) for name in names]
    short = [run.folder.resolve().name for run in found]
    alike = len(set(short)) < len(short)
    return [run if alike else replace(run, name=name) for run, name in zip(found, short, strict=True)]


def load_run(name: str, engine: str, runs: Path = Path("runs")) -> ComparedRun:
    """Read a run.

    Args:
        name: of a folder below ``runs``, or a folder itself.
        engine: ``int8``, ``float`` or ``device``.
        runs: where runs lie.

    Raises:
        DataError: there is no such run, it has no report, or nothing was measured with that engine.
    """
    folder = next((one for one in (runs / name, Path(name)) if (one / "report").is_dir()), None)
    if folder is None:
        there = sorted(path.parent.name for path in runs.glob("*/report")) if runs.is_dir() else []
        here = Path(name)
        if here.exists() or (runs / name).is_dir():
            raise DataError("this is no run", name, f"no report/{REPORT_FILE} in it: kws run CONFIG makes one")
        remedy = f"runs with a report: {', '.join(there)}" if there else "kws run CONFIG makes one"
        raise DataError("run not found", name, remedy)
    if not (folder / "report" / REPORT_FILE).is_file():
        raise DataError("run has no report", str(folder), f"call kws report, which writes report/{REPORT_FILE}")
    report = read_json(folder / "report" / REPORT_FILE, "report")
    rows = read_predictions(folder / "report" / FILE, "report").of(engine)
    if not {"stream", "model", "dataset", "host"} <= report.keys():
        raise DataError("report is of another kws", str(folder / "report" / REPORT_FILE), "call kws report again")
    if not len(rows):
        raise DataError(f"nothing was measured with the engine {engine}", str(folder), "call kws run, or --engine int8")
    if len(set(rows.clip_ids.tolist())) != len(rows):
        raise DataError("a clip was tested twice", str(folder), "call kws run again")
    return ComparedRun(name, folder, report, rows, _speakers(folder), engine)


def _speakers(folder: Path) -> dict[str, str]:
    if not (folder / "dataset" / MANIFEST_FILE).is_file():
        return {}
    columns = read_columns(folder / "dataset", "clip_id", "speaker")
    return {clip: speaker or clip for clip, speaker in zip(columns["clip_id"], columns["speaker"], strict=True)}


def _with_labels_sorted(rows: Predictions, places: Any) -> Predictions:
    """Chosen rows, keywords in the order of their names: two runs may have named them in another."""
    labels = [*rows.labels[:2], *sorted(rows.labels[2:])]
    new = np.array([labels.index(label) for label in rows.labels] + [-1], np.int64)  # -1, nothing detected, stays
    order = [rows.labels.index(label) for label in labels]
    return replace(
        rows,
        labels=tuple(labels),
        clip_ids=rows.clip_ids[places],
        splits=rows.splits[places],
        engines=rows.engines[places],
        y=new[rows.y[places]],
        detected=new[rows.detected[places]],
        scores=rows.scores[places][:, order],
    )
