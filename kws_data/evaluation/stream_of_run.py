"""The stream block of a run: its test people's words laid into test negatives, and those negatives by themselves.

Test clips one after the other are heard too. Word follows word there without a pause, and nothing else is said: what is
falsely detected in them is no rate of false accepts an hour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kws_data.audio import read_audio
from kws_data.bundle import ModelBundle
from kws_data.config.config import Config
from kws_data.config.split import NEGATIVES_SPLIT
from kws_data.config.stream import StreamSettings
from kws_data.dataset.negative_streams import has_negatives
from kws_data.evaluation.curve import Curves
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.listening import Listened, listen
from kws_data.evaluation.moment_finder import MomentFinder
from kws_data.evaluation.split_streams import MOST_LAID_S, split_streams
from kws_data.evaluation.stitched_stream import order_of
from kws_data.evaluation.stream_evaluation import Heard, KindHeard, Stitched, StreamEvaluation
from kws_data.evaluation.stream_moments import IN_A_ROW, Origin
from kws_data.evaluation.stream_of_test import FILE, write_stream
from kws_data.evaluation.stream_trial import SplitStreams
from kws_data.evaluation.stream_truth import ALL, Spoken, Truth
from kws_data.evaluation.streams import evaluate_stream, judged, summary
from kws_data.evaluation.sweep import hours_by_kind
from kws_data.evaluation.tail import wish_of
from kws_data.features.load import load_audio_clips, load_features
from kws_data.progress import Progress
from kws_data.run_folder import DATASET_FILE, read_json
from kws_data.scores import FIRST_KEYWORD

NAME_SOME = "name folders of running speech, noise and music as data.negatives, or set data.synth.running_speech_s"


def evaluate_life(bundle: ModelBundle, streams: SplitStreams, settings: StreamSettings) -> StreamEvaluation:
    """False accepts in negatives by themselves, misses of words laid into them, at the bundle's thresholds and around.

    Args:
        bundle: whose detector listens.
        streams: of the test split, scored every ``bundle.stream.stride_frames`` frames.
        settings: the wish.
    """
    detector = HostDetector(bundle)
    heard, _ = _heard(detector, streams.negatives)
    _, spoken = _heard(detector, streams.laid)
    hours = hours_by_kind(streams.negatives, bundle.frontend.sample_rate_hz)
    kinds = {stream.name: stream.kind for stream in streams.negatives}
    found = summary(heard, spoken, hours, detector.engine, kinds=kinds)
    curves = Curves.of(bundle, streams.negatives, streams.laid)
    return replace(found, curve=curves.points(), sweep=curves.sweeps(), wish=wish_of(settings))


def _heard(detector: HostDetector, streams: Sequence[Listened]) -> tuple[list[Heard], list[Spoken]]:
    heard: list[Heard] = []
    spoken: list[Spoken] = []
    for stream in streams:
        truth = Truth({stream.name: stream.spoken})
        rows, words = judged(detector.bundle, stream.name, detector.decided(stream.scores, stream.ends), truth)
        heard += rows
        spoken += words
    return heard, spoken


def evaluate_run_stream(
    bundle: ModelBundle,
    dataset_dir: Path,
    config: Config,
    progress: Progress | None = None,
    finder: MomentFinder | None = None,
) -> StreamEvaluation:
    """The stream block of a run, and beside it what is heard in its test clips one after the other.

    Args:
        bundle: whose detector listens.
        dataset_dir: the run's data set.
        config: its settings.
        progress: told how far it is.
        finder: shown the streams in which false accepts and misses are counted; without negatives the clips in a row.

    Raises:
        DataError: the data set or its recordings are missing.
    """
    detector = HostDetector(bundle)
    folder = write_stream(dataset_dir, bundle, dataset_dir / "stream")
    row = evaluate_stream(detector, folder, progress)
    stitched = Stitched(60 * row.hours, row.false_accepts or 0, row.keywords_said, row.frr)
    plain = replace(row, stitched=stitched, times_real_time=None)
    if not has_negatives(dataset_dir):
        if finder:
            _clips_in_a_row(finder, bundle, dataset_dir, folder)
        return plain.without_rate(f"no hours without a keyword were heard: {NAME_SOME}")
    stream, settings = bundle.stream, config.stream
    recordings = config.data.recordings
    streams = split_streams(
        bundle, dataset_dir, recordings, "test", settings.snr_db, stream.stride_frames, progress, finder
    )
    if not streams.negatives:
        return plain.without_rate(f"the negatives have no recording of a test person: {NAME_SOME}")
    found = replace(evaluate_life(bundle, streams, settings), stitched=stitched)
    return replace(found, negatives=with_synthetic(found.negatives, dataset_dir))


def _clips_in_a_row(finder: MomentFinder, bundle: ModelBundle, dataset_dir: Path, folder: Path) -> None:
    """Show the finder the first MOST_LAID_S of the test clips one after the other."""
    rate_hz, test = bundle.frontend.sample_rate_hz, load_features(dataset_dir, "test")
    samples = read_audio(folder / FILE, rate_hz)[: round(MOST_LAID_S * rate_hz)]
    order, length = order_of(len(test)), load_audio_clips(dataset_dir).shape[1]
    whole = order[: len(samples) // length]
    parts = tuple((str(test.clip_ids[which]), place * length) for place, which in enumerate(whole))
    said = [(part, int(test.y[which])) for part, which in zip(parts, whole, strict=True)]
    words = [(name, start, bundle.labels[label]) for (name, start), label in said if label >= FIRST_KEYWORD]
    spoken = tuple(Spoken(label, start / rate_hz, (start + length) / rate_hz) for _, start, label in words)
    stream = listen(bundle, FILE, ALL, samples, bundle.stream.stride_frames, spoken)
    finder.hear(stream, samples, Origin(IN_A_ROW, parts, tuple(name for name, _, _ in words)))


def with_synthetic(heard: Mapping[str, KindHeard], dataset_dir: Path) -> dict[str, KindHeard]:
    """The same, saying of how many of the hours in test negatives nobody was recorded."""
    made = read_json(dataset_dir / DATASET_FILE, "build")[NEGATIVES_SPLIT].get("synthetic_hours", {})
    return {kind: replace(one, synthetic_hours=made.get(kind, {}).get("test", 0.0)) for kind, one in heard.items()}
