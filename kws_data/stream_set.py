"""A long recording made of the held-out clips, with the times of its keywords: what a streaming detector meets."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from firmware_tools.atomic import write_text
from kws_data.audio import write_flac
from kws_data.bundle import ModelBundle
from kws_data.features import load_audio_clips, load_features

FILE = "stream.flac"
FADE_MS = 10


def write_stream(dataset_dir: Path, bundle: ModelBundle, folder: Path, seed: int = 0) -> Path:
    """Write ``stream.flac`` and ``labels.csv``: every test clip once, in a seeded order, with faded ends.

    Silence clips lie between the words as they fall, so the detector hears words, other words, noise and quiet.

    Returns:
        ``folder``, ready for :func:`kws_data.streaming.evaluate_stream`.
    """
    clips, test = load_audio_clips(dataset_dir), load_features(dataset_dir, "test")
    order = np.random.default_rng([seed, 0x57]).permutation(len(test))
    rate_hz, length = bundle.frontend.sample_rate_hz, clips.shape[1]
    fade = np.ones(length)
    ramp = np.linspace(0.0, 1.0, FADE_MS * rate_hz // 1_000)
    fade[: len(ramp)], fade[-len(ramp) :] = ramp, ramp[::-1]
    samples = np.concatenate([np.rint(clips[index] * fade).astype(np.int16) for index in order])
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["file", "label", "start_s", "end_s"])
    for place, index in enumerate(order):
        if (label := int(test.y[index])) >= 2:
            start_s = place * length / rate_hz
            writer.writerow([FILE, bundle.labels[label], f"{start_s:.3f}", f"{start_s + length / rate_hz:.3f}"])
    write_flac(folder / FILE, samples, rate_hz)
    write_text(folder / "labels.csv", table.getvalue())
    return folder
