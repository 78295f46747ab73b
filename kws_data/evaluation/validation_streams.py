"""Validation people's words and the negatives that thresholds are chosen on: the data set's, and those stated."""

from __future__ import annotations

from pathlib import Path

from kws_data.bundle import ModelBundle
from kws_data.dataset.negative_streams import has_negatives
from kws_data.errors import DataError
from kws_data.evaluation.joined_recordings import Joined, joined
from kws_data.evaluation.listening import Listened, listen
from kws_data.evaluation.split_streams import MOST_LAID_S, laid_words, split_streams
from kws_data.evaluation.stated_negatives import StatedNegatives, StatedRecording
from kws_data.evaluation.stream_trial import SplitStreams
from kws_data.progress import Progress


def validation_streams(
    bundle: ModelBundle,
    dataset_dir: Path,
    recordings_dir: Path | str,
    stated: StatedNegatives,
    snr_db: tuple[float, float],
    stride_frames: int,
    progress: Progress | None = None,
) -> SplitStreams:
    """The validation split's streams, scored, and beside its negatives those that are stated.

    Words are laid into the data set's negatives; into the stated ones, where no keyword is said in them, only where it
    has none.

    Raises:
        DataError: there are no negatives at all, or a folder cannot be used.
        ModelError: the model cannot be run.
    """
    own = has_negatives(dataset_dir)
    if not own and not stated.folders:
        remedy = "name folders of hours without a keyword: --negatives FOLDER, or data.negatives"
        raise DataError("there are no negatives to choose a stream's thresholds on", str(dataset_dir), remedy)
    found = SplitStreams((), ())
    if own:
        found = split_streams(bundle, dataset_dir, recordings_dir, "validation", snr_db, stride_frames, progress)
    scored, kept = list[Listened](), list[StatedRecording]()
    for one in stated.recordings(progress):
        scored.append(listen(bundle, one.name, one.kind, one.samples, stride_frames, one.spoken, one.mentioned))
        if not found.laid and not one.spoken and not one.mentioned and _room_for(one.kind, kept, stated.rate_hz):
            kept.append(one)
    laid = found.laid
    if not laid and kept:
        words = laid_words(bundle, dataset_dir, "validation", _long(kept, stated.rate_hz), snr_db, stride_frames)
        laid = tuple(words)
    return SplitStreams((*found.negatives, *scored), laid)


def _room_for(kind: str, kept: list[StatedRecording], rate_hz: int) -> bool:
    return sum(len(one.samples) for one in kept if one.kind == kind) / rate_hz < MOST_LAID_S


def _long(kept: list[StatedRecording], rate_hz: int) -> list[Joined]:
    """Short recordings that follow each other as one."""
    return list(joined(kept, rate_hz))
