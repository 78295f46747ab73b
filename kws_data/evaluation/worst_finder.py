"""Choosing the test clips worth hearing, and sliding the model over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from kws_data.audio import Samples
from kws_data.bundle import ModelBundle
from kws_data.dataset.manifest import read_rows_of
from kws_data.evaluation.clip_choice import counts_of, worst_clips
from kws_data.evaluation.inference import stream_scores
from kws_data.evaluation.predictions import Predictions
from kws_data.evaluation.worst_clips import WorstClip, WorstClips
from kws_data.features.load import load_audio_clips, places_of
from kws_data.run_folder import MANIFEST_FILE
from kws_data.scores import FIRST_KEYWORD, probabilities

MOST = 50
AFTER_S = 0.5  # of silence after the clip, over which the model still slides


def find_worst(bundle: ModelBundle, held_out: Predictions, dataset_dir: Path, most: int = MOST) -> WorstClips:
    """The clips worth hearing; of the audio only theirs is read.

    Args:
        bundle: whose model slides over them.
        held_out: what its int8 file made of the test clips.
        dataset_dir: where they lie.
        most: how many.

    Raises:
        DataError: a clip is not in the data set.
        ModelError: the model cannot be run.
    """
    has_manifest = (dataset_dir / MANIFEST_FILE).exists()

    def groups_of(ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        rows = read_rows_of(dataset_dir, ids) if has_manifest else {}
        return {clip_id: (row["word"], row["speaker"]) for clip_id, row in rows.items()}

    chosen = worst_clips(held_out, bundle.threshold, groups_of, most)
    places, clips = places_of(dataset_dir, "test", [one.clip_id for one in chosen]), load_audio_clips(dataset_dir)
    made = []
    for one, place in zip(chosen, places, strict=True):
        times, scores = slid_over(bundle, np.asarray(clips[place]))
        made.append(WorstClip(one.clip_id, one.kind, round(one.severity, 4), times, scores))
    return WorstClips(len(held_out), bundle.threshold, counts_of(held_out, bundle.threshold), tuple(made))


def slid_over(bundle: ModelBundle, samples: Samples) -> tuple[tuple[float, ...], dict[str, tuple[float, ...]]]:
    """Scores of each keyword while the model slides over a clip with silence around it; times from the clip's start.

    A gate, which would hear nothing in digital silence, stays open. At the clip's end stands the score by which it was
    decided, or one next to it: the model moves as far at a time as it does in a stream.
    """
    rate_hz = bundle.frontend.sample_rate_hz
    before, after = np.zeros(bundle.clip_samples, np.int16), np.zeros(round(AFTER_S * rate_hz), np.int16)
    opened = replace(bundle, stream=replace(bundle.stream, gate=None))
    made, ends = stream_scores(opened, np.concatenate([before, samples, after]), bundle.stream.stride_frames)
    values = np.round(probabilities(made), 3)
    scores = {
        label: tuple(values[:, place].tolist()) for place, label in enumerate(bundle.labels) if place >= FIRST_KEYWORD
    }
    return tuple(np.round((ends - len(before)) / rate_hz, 3).tolist()), scores
