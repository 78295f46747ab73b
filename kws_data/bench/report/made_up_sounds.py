"""What can be heard of a made-up run, its worst clips and moments of a stream: tones, and scores that mean nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.config.config import Config
from kws_data.evaluation.clip_choice import counts_of, worst_clips
from kws_data.evaluation.moments import FALSE, MISSED, Fired, Moment, Moments, Said, StreamLine, write_moments
from kws_data.evaluation.predictions import Predictions
from kws_data.evaluation.stream_moments import BY_THEMSELVES
from kws_data.evaluation.worst_clips import WorstClip, WorstClips, write_worst
from kws_data.features.load import feature_path, places_of

CLIPS, MOMENTS = 50, 60
_MOMENT_S, _HOP_S = 2.5, 0.04


def make_sounds(root: Path, config: Config, shipped: Predictions, threshold: float) -> None:
    """Write samples of test clips into a file with holes, in which only the worst clips are not one, and moments.

    Args:
        root: ``runs/made-up``.
        config: of the run.
        shipped: predictions of the test clips, in their order.
        threshold: of clips.
    """
    dataset_dir, rate_hz = root / "dataset", config.frontend.sample_rate_hz
    np.save(feature_path(dataset_dir, "test", "ids"), shipped.clip_ids)
    shape = (len(shipped), config.clip_samples)
    audio = np.lib.format.open_memmap(dataset_dir / "audio-test.npy", mode="w+", dtype=np.int16, shape=shape)
    times, scores = _scores(config, config.clip_samples / rate_hz, 0.0)
    chosen = worst_clips(shipped, threshold, lambda ids: {name: (name, "") for name in ids}, CLIPS)
    for number, place in enumerate(places_of(dataset_dir, "test", [one.clip_id for one in chosen])):
        audio[place] = _tone(config.clip_samples, number)
    clips = tuple(WorstClip(one.clip_id, one.kind, round(one.severity, 4), times, scores) for one in chosen)
    write_worst(root / "report", WorstClips(len(shipped), threshold, counts_of(shipped, threshold), clips))
    moments = Moments((_stream(config),), tuple(_moment(config, n) for n in range(MOMENTS)), {FALSE: MOMENTS})
    sounds = [_tone(round(_MOMENT_S * rate_hz), number) for number in range(MOMENTS)]
    write_moments(root / "report", moments, sounds, rate_hz)


def _tone(samples: int, number: int) -> NDArray[np.int16]:
    at = np.arange(samples) / 16_000
    rising = np.sin(2 * np.pi * (200 + 20 * number) * at * (1 + at))
    return np.round(9_000 * rising * np.sin(np.pi * np.arange(samples) / samples)).astype(np.int16)


def _scores(config: Config, seconds: float, begin_s: float) -> tuple[tuple[float, ...], dict[str, tuple[float, ...]]]:
    at = np.arange(0.0, seconds, _HOP_S)
    lines = {word: 0.5 + 0.45 * np.sin(3 * at + number) for number, word in enumerate(config.keywords)}
    times = tuple(np.round(begin_s + at, 3).tolist())
    return times, {word: tuple(np.round(line, 3).tolist()) for word, line in lines.items()}


def _stream(config: Config) -> StreamLine:
    hour = np.arange(MOMENTS)
    fired = tuple(Fired(60.0 * n, config.keywords[n % len(config.keywords)], 0.9, "false") for n in range(MOMENTS))
    line = tuple(np.round(0.5 + 0.4 * np.sin(hour), 3).tolist())
    words = tuple(Said(config.keywords[0], 60.0 * n + 30, 60.0 * n + 30.5, None) for n in range(MOMENTS))
    return StreamLine("made up", "speech", BY_THEMSELVES, 60.0 * MOMENTS, words, fired, line, 0.7)


def _moment(config: Config, number: int) -> Moment:
    word, begin_s = config.keywords[number % len(config.keywords)], 60.0 * number
    times, scores = _scores(config, _MOMENT_S, begin_s)
    missed = number % 2 == 1
    return Moment(
        kind=MISSED if missed else FALSE,
        stream=0,
        time_s=begin_s + 1.0,
        said=word if missed else "",
        heard="" if missed else word,
        score=0.6 if missed else 0.9,
        threshold=0.7,
        answer_ms=None,
        begin_s=begin_s,
        seconds=_MOMENT_S,
        times_s=times,
        scores=scores,
        audio=f"{number:03d}.flac",
    )
