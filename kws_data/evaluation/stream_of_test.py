"""The test clips of a run in one long recording, with its truth.

Apart from all that choosing a threshold needs: whoever chooses sees no test clip.
"""

from __future__ import annotations

from pathlib import Path

from firmware_tools.atomic import write_text
from kws_data.audio import write_flac
from kws_data.bundle import ModelBundle
from kws_data.evaluation.stitched_stream import string_together
from kws_data.evaluation.truth_files import LABELS_FILE, labels_table
from kws_data.features.load import load_audio_clips, load_features

FILE = "stream.flac"


def write_stream(dataset_dir: Path, bundle: ModelBundle, folder: Path) -> Path:
    """Write ``stream.flac`` and ``labels.csv`` of the test clips.

    Returns:
        ``folder``, ready for :func:`kws_data.evaluation.streams.evaluate_stream`.
    """
    clips, test = load_audio_clips(dataset_dir), load_features(dataset_dir, "test")
    rate_hz = bundle.frontend.sample_rate_hz
    samples, spoken = string_together(clips, test.y, bundle.labels, rate_hz)
    write_flac(folder / FILE, samples, rate_hz)
    write_text(folder / LABELS_FILE, labels_table({FILE: spoken}))
    return folder
