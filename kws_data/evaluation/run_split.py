"""A run's bundle on one split of the run's own data set: validation while choosing, the sealed test at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kws_data.bundle import ModelBundle
from kws_data.dataset.manifest import load_dataset
from kws_data.errors import DataError
from kws_data.evaluation.detector import Detector
from kws_data.evaluation.evaluation_report import BoardEvaluation, HostEvaluation
from kws_data.evaluation.leaking_test import check_held_out
from kws_data.evaluation.metrics import metrics
from kws_data.evaluation.missing_classes import missing_classes
from kws_data.evaluation.on_board import BoardScores, board_evaluation
from kws_data.evaluation.people import speakers_of
from kws_data.evaluation.sealed import TEST, DecidedClips, Looking, SealedTest, look
from kws_data.features.load import load_audio_clips, load_features
from kws_data.progress import Progress
from kws_data.scores import decide

VALIDATION = "validation"
SPLITS = (VALIDATION, TEST)
CHOSEN_THERE = "The threshold was chosen on these very clips: what it is worth only --split test can tell."
LEARNT_THERE = "After a refit the model has learnt from these very clips too: they tell nothing of other people."


@dataclass(frozen=True)
class SplitEvaluation:
    """A split's clips: what a detector is worth on them, clips of each label, and what to know of the figures.

    ``sealed`` is how often this test was looked at, this time included; None where the split is no test.
    """

    split: str
    found: HostEvaluation | BoardEvaluation
    clips_per_label: Mapping[str, int]
    sealed: SealedTest | None
    clips: DecidedClips
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """METRICS and more, as ``kws evaluate CONFIG`` prints it."""
        return {
            "split": self.split,
            **self.found.to_dict(),
            "clips_per_label": dict(self.clips_per_label),
            "sealed": self.sealed and self.sealed.to_dict(self.clips),
            "notes": list(self.notes),
        }


def check_split(run_dir: Path, bundle: ModelBundle, split: str, recordings: Path | str) -> None:
    """Refuse what would be no measurement, before a board is opened or a clip is scored.

    Raises:
        DataError: the run has no such split, or its model was trained on another data set.
        LeakError: the split is the test, and kin of it stands in training.
        CatalogError: the catalogue cannot be read.
    """
    if split not in SPLITS:
        raise DataError("no such split to measure on", split, f"name one of {', '.join(SPLITS)}")
    version = load_dataset(run_dir / "dataset").version
    if bundle.dataset_version != version:
        remedy = "call kws train and kws export again"
        raise DataError("the model was trained on another data set", bundle.dataset_version, remedy)
    if split == TEST:
        check_held_out(run_dir / "dataset", recordings)


def evaluate_split(
    detector: Detector,
    run_dir: Path,
    split: str,
    recordings: Path | str,
    looking: Looking | None = None,
    progress: Progress | None = None,
) -> SplitEvaluation:
    """METRICS on a split of the run that a detector's bundle comes from.

    A look at the test is noted after the clips were scored and before anything is told of them.

    Args:
        detector: with the run's bundle.
        run_dir: ``runs/<name>``.
        split: ``validation`` or ``test``.
        recordings: folder of the catalogue.
        looking: who looks at the test, and why.
        progress: told (stage, done, total).

    Raises:
        DataError: as :func:`check_split`; the test is asked for and nobody says why.
        LeakError, CatalogError: as there; a look cannot be noted.
        ModelError, LinkError: the detector cannot run.
    """
    bundle, dataset_dir = detector.bundle, run_dir / "dataset"
    check_split(run_dir, bundle, split, recordings)
    if split == TEST and (looking is None or not looking.reason.strip()):
        raise no_reason()
    clips, features = np.asarray(load_audio_clips(dataset_dir, split)), load_features(dataset_dir, split)
    y, speakers = features.y, speakers_of(dataset_dir, features.clip_ids)
    made = detector.scores(clips, progress)
    found: HostEvaluation | BoardEvaluation
    if isinstance(made, BoardScores):
        found = board_evaluation(bundle, made, clips, y, speakers)
    else:
        found = HostEvaluation(metrics(made.values, y, bundle.threshold, bundle.labels, speakers), made.runtime)
    sealed = None
    if looking is not None and split == TEST:
        sealed = look(recordings, dataset_dir, run_dir.name, [bundle.model_sha256], looking)
    counts = np.bincount(y, minlength=len(bundle.labels)).tolist()
    per_label = dict(zip(bundle.labels, counts, strict=True))
    notes = [*missing_classes(per_label), *_notes(dataset_dir, split, sealed)]
    decided = DecidedClips(y, decide(made.values, bundle.threshold), speakers)
    return SplitEvaluation(split, found, per_label, sealed, decided, tuple(notes))


def no_reason() -> DataError:
    """Why nobody looks at the sealed test in passing."""
    remedy = '--reason "before release 2"; while choosing, measure on --split validation'
    return DataError("the test split is sealed: say why you look at it", None, remedy)


def _notes(dataset_dir: Path, split: str, sealed: SealedTest | None) -> Sequence[str]:
    if sealed is not None:
        return [sealed.note]
    learnt = load_dataset(dataset_dir).info.get("split", {}).get("refit")
    return [CHOSEN_THERE, *([LEARNT_THERE] if split == VALIDATION and learnt else [])]
