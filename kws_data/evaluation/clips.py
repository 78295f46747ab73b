"""How good a detector is on the clips of a folder in Speech Commands layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kws_data.evaluation.detector import Detector
from kws_data.evaluation.evaluation_report import BoardEvaluation, HostEvaluation
from kws_data.evaluation.folder import FolderClips, load_folder
from kws_data.evaluation.metrics import metrics
from kws_data.evaluation.missing_classes import missing_classes
from kws_data.evaluation.on_board import BoardScores, board_evaluation
from kws_data.evaluation.people import speakers_of_names
from kws_data.evaluation.stream_evaluation import SetAside
from kws_data.progress import Progress


@dataclass(frozen=True)
class FolderEvaluation:
    """A folder's clips: what a detector is worth on them, how many there are of each label, files set aside, and what
    the clips cannot tell."""

    found: HostEvaluation | BoardEvaluation
    clips_per_label: Mapping[str, int]
    set_aside: tuple[SetAside, ...]

    @property
    def notes(self) -> list[str]:
        """Lines for people: labels of which there is no clip."""
        return missing_classes(self.clips_per_label)

    def to_dict(self) -> dict[str, Any]:
        """METRICS and more, as ``kws evaluate --data`` prints it."""
        return {
            **self.found.to_dict(),
            "clips_per_label": dict(self.clips_per_label),
            "set_aside": [asdict(row) for row in self.set_aside],
            "notes": self.notes,
        }


def evaluate_folder(
    detector: Detector, folder: Path | str, progress: Progress | None = None, other_spellings: str = "stop"
) -> FolderEvaluation:
    """METRICS on a folder in Speech Commands layout that need not have been in any run.

    Words outside the bundle's keywords count as ``_unknown_``, ``_background_noise_`` is cut into ``_silence_``, files
    that cannot be read are set aside with their reasons. Names as ``<speaker>_nohash_<n>`` tell who says them.

    Args:
        detector: what to measure.
        folder: ``<word>/*.wav`` or ``.flac``.
        progress: told (stage, done, total).
        other_spellings: as :func:`kws_data.evaluation.folder.load_folder` takes it.

    Raises:
        DataError: the folder is missing, holds no clip that can be used, or words in another spelling than keywords.
    """
    bundle = detector.bundle
    rate_hz = bundle.frontend.sample_rate_hz
    clips = load_folder(folder, bundle.labels, bundle.clip_samples, rate_hz, progress, other_spellings)
    made, speakers = detector.scores(clips.samples, progress), speakers_of_names(clips.names)
    found: HostEvaluation | BoardEvaluation
    if isinstance(made, BoardScores):
        found = board_evaluation(bundle, made, clips.samples, clips.y, speakers)
    else:
        found = HostEvaluation(metrics(made.values, clips.y, bundle.threshold, bundle.labels, speakers), made.runtime)
    aside = tuple(SetAside(name, reason) for name, reason in clips.set_aside)
    return FolderEvaluation(found, clips_per_label(clips, bundle.labels), aside)


def clips_per_label(clips: FolderClips, labels: Sequence[str]) -> dict[str, int]:
    """How many clips there are of each label."""
    counts = np.bincount(clips.y, minlength=len(labels))
    return {label: int(n) for label, n in zip(labels, counts, strict=True)}
