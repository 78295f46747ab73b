"""The streams of one split, scored: its negatives by themselves, and its keyword clips laid into them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kws_data.bundle import ModelBundle
from kws_data.dataset.negative_streams import negative_recordings
from kws_data.dataset.negative_table import read_negatives
from kws_data.evaluation.joined_recordings import Joined, joined
from kws_data.evaluation.laid_streams import Word, lay_all
from kws_data.evaluation.listening import Listened, listen
from kws_data.evaluation.moment_finder import MomentFinder
from kws_data.evaluation.stream_moments import BY_THEMSELVES, IN_NEGATIVES, Origin
from kws_data.evaluation.stream_trial import SplitStreams
from kws_data.features.load import load_audio_clips, load_features
from kws_data.progress import Progress
from kws_data.scores import FIRST_KEYWORD

#: Words laid into negatives, at most, and seconds of each kind of negative that they are laid into.
MOST_WORDS, MOST_LAID_S = 1_000, 1_200.0


def split_streams(
    bundle: ModelBundle,
    dataset_dir: Path,
    recordings_dir: Path | str,
    split: str,
    snr_db: tuple[float, float],
    stride_frames: int,
    progress: Progress | None = None,
    finder: MomentFinder | None = None,
) -> SplitStreams:
    """Score the negatives of a split, and its keywords laid into them at an SNR drawn from ``snr_db``.

    Short recordings of one speaker are heard as one: each by itself would be over before anything is heard. Where all
    are too short for all words they are used again, with other words at other places. ``finder`` is shown each stream
    while its samples are there.

    Raises:
        DataError: the data set or the recordings are missing.
        ModelError: the model cannot be run.
    """
    rate_hz, heard = bundle.frontend.sample_rate_hz, 0
    total = round(sum(row["samples"] for row in read_negatives(dataset_dir, split, ["samples"])) / rate_hz)
    scored, kept = list[Listened](), list[Joined]()
    for recording in joined(negative_recordings(dataset_dir, recordings_dir, split), rate_hz):
        scored.append(listen(bundle, recording.name, recording.kind, recording.samples, stride_frames))
        if finder:
            finder.hear(scored[-1], recording.samples, Origin(BY_THEMSELVES, recording.parts))
        if _seconds(bundle, [one for one in kept if one.kind == recording.kind]) < MOST_LAID_S:
            kept.append(recording)
        if progress:
            heard += recording.of_samples
            progress(f"listen to {split} negatives, seconds", min(round(heard / rate_hz), total), total)
    laid = laid_words(bundle, dataset_dir, split, kept, snr_db, stride_frames, progress, finder)
    return SplitStreams(tuple(scored), tuple(laid))


def laid_words(
    bundle: ModelBundle,
    dataset_dir: Path,
    split: str,
    negatives: Sequence[Joined],
    snr_db: tuple[float, float],
    stride_frames: int,
    progress: Progress | None = None,
    finder: MomentFinder | None = None,
) -> list[Listened]:
    """The keywords of a split laid into negatives and scored; these are used as often as it takes.

    ``finder`` is shown each stream while its samples are there.

    Raises:
        DataError: the data set is missing.
        ModelError: the model cannot be run.
    """
    (words, clip_ids), laid, done = _words(bundle, dataset_dir, split), list[Listened](), 0
    kept = sorted(negatives, key=lambda one: (one.kind, one.speaker, one.name))
    rate_hz, seconds = bundle.frontend.sample_rate_hz, _seconds(bundle, kept)
    for stream in lay_all(words, lambda: kept, rate_hz, snr_db=snr_db, seconds=seconds):
        laid.append(listen(bundle, stream.name, stream.kind, stream.samples, stride_frames, stream.spoken))
        if finder:
            said = tuple(clip_ids[which] for which in stream.words)
            finder.hear(laid[-1], stream.samples, Origin(IN_NEGATIVES, stream.parts, said, stream.snr_db))
        done += len(stream.spoken)
        if progress:
            progress(f"listen to {split} words", done, len(words))
    return laid


def _seconds(bundle: ModelBundle, recordings: Sequence[Joined]) -> float:
    return sum(len(one.samples) for one in recordings) / bundle.frontend.sample_rate_hz


def _words(bundle: ModelBundle, dataset_dir: Path, split: str) -> tuple[list[Word], list[str]]:
    """Keyword clips of a split and their ids, in a seeded order, MOST_WORDS at most."""
    clips, made = load_audio_clips(dataset_dir, split), load_features(dataset_dir, split)
    keywords = np.random.default_rng(0x57).permutation(np.flatnonzero(made.y >= FIRST_KEYWORD))[:MOST_WORDS]
    words = [(bundle.labels[int(made.y[index])], np.asarray(clips[index])) for index in keywords]
    return words, [str(made.clip_ids[index]) for index in keywords]
