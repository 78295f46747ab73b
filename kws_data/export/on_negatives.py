"""How a stream is decided on, where a data set has negatives: chosen on those of the validation split."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kws_data.bundle import ModelBundle
from kws_data.config.config import Config
from kws_data.dataset.negative_streams import has_negatives
from kws_data.evaluation.choose_stream import LEAST_INT8, StreamChoice, choose_stream
from kws_data.evaluation.lowest_threshold import LEAST_HOURS
from kws_data.evaluation.split_streams import split_streams
from kws_data.evaluation.sweep import hours_by_kind
from kws_data.progress import Progress

SPOKEN = ("speech", "other_words")


def choose_on_negatives(
    bundle: ModelBundle,
    dataset_dir: Path,
    config: Config,
    progress: Progress | None = None,
    offsets: tuple[int, ...] | None = None,
) -> StreamChoice | None:
    """The average and the thresholds for a stream; None where the validation split has no negatives to choose on.

    Where nobody speaks in them (noise alone) no threshold lies below the one that clips in a row need,
    ``bundle.streaming_int8``: noise does not say what other words do. ``offsets`` of the keywords' thresholds are found
    here unless they are known.

    Raises:
        DataError: the data set or its recordings are missing.
    """
    if not has_negatives(dataset_dir):
        return None
    settings, recordings = config.stream, config.data.recordings
    streams = split_streams(
        bundle, dataset_dir, recordings, "validation", settings.snr_db, settings.stride_frames, progress
    )
    if not streams.laid:
        return None
    hours = hours_by_kind(streams.negatives, bundle.frontend.sample_rate_hz)
    speech = sum(hours.get(kind, 0.0) for kind in SPOKEN) >= LEAST_HOURS
    least = LEAST_INT8 if speech else bundle.streaming_int8
    return choose_stream(bundle, streams, settings, least, offsets)


def chosen_again(
    bundle: ModelBundle,
    before: StreamChoice,
    dataset_dir: Path,
    config: Config,
    progress: Progress | None = None,
) -> StreamChoice:
    """What was chosen before a refit, with thresholds that are as high as the refitted model needs, and never lower.

    Its misses stay those of the model before: it has learnt from the validation people's words.
    """
    settings = config.stream.model_copy(update={"average": before.spec.average})
    own = config.model_copy(update={"stream": settings})
    again = choose_on_negatives(bundle, dataset_dir, own, progress, before.offsets)
    if again is None or before.spec.sums is None or again.spec.sums is None:
        return before
    sums = tuple(max(pair) for pair in zip(before.spec.sums, again.spec.sums, strict=True))
    return replace(before, spec=replace(before.spec, sums=sums))
