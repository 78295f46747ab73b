"""A run's folder with what the report lets one hear: moments of two streams, worst clips, predictions, a data set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from made_dataset import made_row, make_dataset
from scored_streams import RATE_HZ, laid, quiet, stream_of
from tiny_bundle import tiny_bundle

from firmware_tools.spotter.stream_spec import StreamSpec
from kws_data.config.config import Config
from kws_data.evaluation.moment_finder import MomentFinder
from kws_data.evaluation.moment_sources import with_sources
from kws_data.evaluation.moments import write_moments
from kws_data.evaluation.predictions import Predictions, joined, predicted
from kws_data.evaluation.stream_moments import BY_THEMSELVES, IN_NEGATIVES, Origin
from kws_data.evaluation.worst_clips import write_worst
from kws_data.evaluation.worst_finder import find_worst
from kws_data.features.load import feature_path

HOSTILE = '<img src=x onerror="alert(1)">'
CLIPS = 12


def tone(seconds: float, hertz: float = 700.0) -> np.ndarray:
    """A tone that rises by an octave every 3 seconds, over and over: no two stretches of it are alike for long."""
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    phase = np.cumsum(hertz * 2.0 ** (at % 3.0 / 3.0)) / RATE_HZ
    return np.round(9_000 * np.sin(2 * np.pi * phase)).astype(np.int16)


def hearable_run(root: Path) -> tuple[Config, Predictions]:
    """Write the run below ``root/runs/tiny``; the caller works in ``root``."""
    config = Config.model_validate({"name": "tiny", "keywords": ["yes", "no"]})
    bundle = replace(tiny_bundle(), stream=StreamSpec(3, 2, 1_000, (0, 0, 200, 160)))
    run = root / "runs" / "tiny"
    rows = [made_row(at, clip_id=f"c{at}", split="test", word=HOSTILE if at == 8 else "yes") for at in range(CLIPS)]
    make_dataset(run / "dataset", rows)
    y = np.array([2] * 6 + [1] * 6)
    np.save(run / "dataset" / "audio-test.npy", np.stack([tone(1.0, 300 + 100 * at) for at in range(CLIPS)]))
    np.save(feature_path(run / "dataset", "test", "ids"), np.array([f"c{at}" for at in range(CLIPS)]))
    scores = np.full((CLIPS, 4), -128, np.int8)
    scores[:6, 2], scores[6:, 3] = [-90, -80, 100, -70, -60, 90], [80, 90, 100, -20, -100, -120]
    ids = np.array([f"c{at}" for at in range(CLIPS)])
    predictions = joined([predicted(bundle, engine, "test", ids, y, scores) for engine in ("float", "int8", "device")])
    finder = MomentFinder(bundle)
    negative = quiet(300)
    negative[100:108, 2], negative[200:208, 3] = 120, 90
    noisy = stream_of(negative, "street", "noise")
    finder.hear(noisy, tone(noisy.samples / RATE_HZ, 440.0), Origin(BY_THEMSELVES, (("street", 0),)))
    for part, stream in enumerate(laid({"yes": [120] * 3 + [20] * 3, "no": [100] * 3 + [-40] * 3})):
        said = tuple(f"c{place}" for place in range(len(stream.spoken)))
        finder.hear(stream, tone(stream.samples / RATE_HZ, 500.0 + part), Origin(IN_NEGATIVES, (("r", 0),), said))
    found = finder.found()
    write_moments(run / "report", with_sources(found, run / "dataset"), [one.samples for one in found.chosen], RATE_HZ)
    write_worst(run / "report", find_worst(bundle, predictions.of("int8"), run / "dataset"))
    return config, predictions
