"""Clips to listen to in the report: what the board got wrong, and some it got right."""

from __future__ import annotations

import base64
import io
import wave
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError
from kws_data.evaluation.predictions import Predictions
from kws_data.features.load import load_audio_clips, load_features
from kws_data.pages.html import says, text
from kws_data.report.plots import example_plot
from kws_data.scores import FIRST_KEYWORD, best_keyword


@dataclass(frozen=True)
class Example:
    """One clip, what was said, what was heard, and the score of the best keyword."""

    samples: NDArray[np.int16]
    features: NDArray[np.int8]
    said: str
    heard: str
    score: float
    kind: str


def pick_examples(
    y: NDArray[np.integer], heard: NDArray[np.integer], score: NDArray[np.floating], per_kind: int = 4
) -> list[tuple[int, str]]:
    """(index, kind) of the clips worth hearing: missed, wrong keyword, false accept, detected.

    Args:
        y: true label of each clip; 0 and 1 are silence and unknown.
        heard: detected label of each clip, -1 where nothing was detected.
        score: score of the best keyword of each clip, 0 to 1.
    """
    keyword = y >= FIRST_KEYWORD
    kinds = (
        ("missed", keyword & (heard < 0), score),
        ("wrong keyword", keyword & (heard >= 0) & (heard != y), -score),
        ("false accept", ~keyword & (heard >= 0), -score),
        ("detected", keyword & (heard == y), score),
    )
    chosen = []
    for kind, mask, order in kinds:
        indices = np.flatnonzero(mask)
        ranked = indices[np.argsort(order[indices], kind="stable")]
        chosen += [(int(index), kind) for index in ranked[:per_kind]]
    return chosen


def chosen_examples(dataset_dir: Path, held_out: Predictions, words: NDArray[np.str_] | None = None) -> list[Example]:
    """The clips worth hearing, from predictions of test clips and the data set that they stand in.

    Args:
        dataset_dir: where features and samples lie.
        held_out: predictions of the test clips.
        words: what was said in each of them; None names other words by their label.

    Raises:
        DataError: the data set was built again since, without one of the clips.
    """
    test, clips = load_features(dataset_dir, "test"), load_audio_clips(dataset_dir)
    place = {str(identity): index for index, identity in enumerate(test.clip_ids)}
    names, (_, score) = [*held_out.labels, "nothing"], best_keyword(held_out.scores)
    chosen = []
    for row, kind in pick_examples(held_out.y, held_out.detected, score):
        clip_id = str(held_out.clip_ids[row])
        if clip_id not in place:
            raise DataError("predictions are of another data set", clip_id, "call kws run, which measures again")
        at, said, heard = place[clip_id], names[held_out.y[row]], names[held_out.detected[row]]
        said = said if words is None else str(words[row])
        samples, features = np.asarray(clips[at]), np.asarray(test.x[at, 0])
        chosen.append(Example(samples, features, said, heard, float(score[row]), kind))
    return chosen


def wav_data_uri(samples: NDArray[np.int16], sample_rate_hz: int) -> str:
    """16-bit mono samples as a WAV that stands in the page."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(sample_rate_hz)
        out.writeframes(samples.astype("<i2").tobytes())
    return "data:audio/wav;base64," + base64.b64encode(buffer.getvalue()).decode()


def examples_html(examples: Sequence[Example], sample_rate_hz: int) -> str:
    """A sentence, and a grid of pictures with a player under each."""
    counts = Counter(e.kind for e in examples)
    told = ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "none"
    cards = "".join(_card(e, sample_rate_hz) for e in examples)
    return (
        says(f"The clips furthest from right, of the board's own samples: {told}. Listen before you blame the model.")
        + f'<div class="examples" data-page-only>{cards}</div>'
    )


def _card(e: Example, sample_rate_hz: int) -> str:
    told = f"{e.kind}: said {e.said}, heard {e.heard}, score {e.score:.2f}"
    drawn = example_plot(e.samples, e.features, sample_rate_hz, f"Waveform above the features; {told}")
    return (
        f'<div class="example"><b>{text(e.kind)}</b>: said <i>{text(e.said)}</i>, heard <i>{text(e.heard)}</i> '
        f"({e.score:.2f}){drawn}"
        f'<audio controls preload="none" aria-label="{text(told)}" src="{wav_data_uri(e.samples, sample_rate_hz)}">'
        "</audio></div>"
    )
