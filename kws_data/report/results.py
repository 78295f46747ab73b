"""What a run's steps left behind, as its report reads it: each file once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.config.config import Config
from kws_data.dataset.manifest import read_columns
from kws_data.evaluation.evaluation_report import EvaluationReport
from kws_data.evaluation.predictions import INT8, Predictions
from kws_data.report.advice.finding import Evidence, Finding
from kws_data.report.advice.rank import findings, first_of
from kws_data.report.mistakes import Mistake, found_mistakes
from kws_data.run_folder import BUDGET_FILE, DATASET_FILE, EXPORT_FILE, SIZE_FILE, read_json
from kws_data.slices.slice_report import SLICES_FILE


@dataclass(frozen=True)
class RunResults:
    """A run's results.

    Attributes:
        config: of the run.
        document: as report.json.
        evaluation: host, board, stream.
        predictions: of all engines and splits.
        audio: whether clips and moments can be heard in the page.
    """

    config: Config
    document: Mapping[str, Any]
    evaluation: EvaluationReport
    predictions: Predictions = field(repr=False)
    audio: bool = True

    @property
    def folder(self) -> Path:
        """``runs/<name>``."""
        return self.config.run_dir

    @cached_property
    def held_out(self) -> Predictions:
        """Of the int8 file on test clips."""
        return self.predictions.of(INT8)

    @cached_property
    def words(self) -> NDArray[np.str_] | None:
        """What was said in each held-out clip; None where the data set was built again since, without one of them."""
        return self._of_clips("word")

    @cached_property
    def said(self) -> int:
        """How many held-out clips have a word."""
        return 0 if self.words is None else int((~np.char.startswith(self.words, "_")).sum())

    @cached_property
    def synthetic(self) -> int:
        """How many held-out clips with a word are of synthetic voices."""
        flags, words = self._of_clips("synthetic"), self.words
        if flags is None or words is None:
            return 0
        return int((flags.astype(bool) & ~np.char.startswith(words, "_")).sum())

    @cached_property
    def mistakes(self) -> list[Mistake]:
        """Of the int8 file on test clips, the most frequent first."""
        return found_mistakes(self.held_out, self.words)

    @cached_property
    def findings(self) -> list[Finding]:
        """What to know and to do, the most pressing first."""
        slices = read_json(path, "slices") if (path := self.folder / "report" / SLICES_FILE).is_file() else None
        max_fpr = self.config.threshold.max_fpr
        return findings(Evidence(self.document, self.mistakes, max_fpr, self.said, self.synthetic, slices))

    @cached_property
    def advice(self) -> list[Finding]:
        """The findings that the report leads with."""
        return first_of(self.findings)

    @cached_property
    def dataset(self) -> dict[str, Any]:
        """dataset.json."""
        return read_json(self.folder / "dataset" / DATASET_FILE, "build")

    @cached_property
    def budget(self) -> dict[str, Any]:
        """budget.json."""
        return read_json(self.folder / "model" / BUDGET_FILE, "check")

    @cached_property
    def export(self) -> dict[str, Any]:
        """export.json."""
        return read_json(self.folder / "model" / EXPORT_FILE, "export")

    @cached_property
    def size(self) -> dict[str, Any] | None:
        """size.json of the image; None where none was made."""
        path = self.folder / "firmware" / SIZE_FILE
        return read_json(path, "flash") if path.is_file() else None

    def _of_clips(self, column: str) -> NDArray[Any] | None:
        """A column of the manifest, for each held-out clip."""
        columns = read_columns(self.folder / "dataset", "clip_id", column)
        ids, values = np.array(columns["clip_id"], np.str_), np.array(columns[column])
        order = np.argsort(ids, kind="stable")
        place = order[np.minimum(np.searchsorted(ids, self.held_out.clip_ids, sorter=order), len(ids) - 1)]
        return values[place] if np.array_equal(ids[place], self.held_out.clip_ids) else None
