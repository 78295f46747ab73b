"""Scores of a ring model by the engine: those of TFLM, and but for roundings those of pymicro-wakeword's runtime."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from wake_word_models import frames_of, keyword_model, one_score_model, tflm_ring_scores

from firmware_tools.engine.ring import ring_scores
from firmware_tools.errors import ModelError
from firmware_tools.tflite import tflm
from firmware_tools.tflite.ring_model import ring_model
from firmware_tools.tflite.streaming_rules import FEATURE_SCALE

pytestmark = pytest.mark.skipif(not tflm.available(), reason="tflite-micro is not installed here")

MODELS = {
    "shared rows": keyword_model,
    "rows of two scales": lambda seed: keyword_model(seed, per_row=True),
    "one score": one_score_model,
    "long": lambda seed: keyword_model(seed, frames=149, channels=24),
    "no axis": lambda seed: keyword_model(seed, frames=61, rest=(40,)),
}


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("seed", range(3))
def test_the_engine_gives_the_scores_of_the_micro_interpreter(kind: str, seed: int) -> None:
    windowed, frames = MODELS[kind](seed), frames_of(602, seed + 50)
    own = ring_scores(windowed, frames)
    assert own.dtype == np.uint8
    assert len(own) == 200
    assert np.ptp(own) > 100
    assert np.array_equal(own, tflm_ring_scores(ring_model(windowed), frames))


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("seed", range(2))
def test_pymicro_wakeword_runs_it_and_rounds_a_few_layers_otherwise(kind: str, seed: int, tmp_path: Path) -> None:
    """It has TensorFlow Lite's kernels for large machines; random weights make much of their last bits."""
    pytest.importorskip("pymicro_wakeword", reason="pymicro-wakeword is not installed here")
    windowed, frames = MODELS[kind](seed), frames_of(602, seed + 50)
    own = ring_scores(windowed, frames).astype(int)
    theirs = np.fromiter(pymicro_scores(ring_model(windowed), frames, tmp_path), int)
    assert len(theirs) == len(own)
    assert np.mean(own != theirs) < 0.15
    assert np.abs(own - theirs).mean() < 1


def pymicro_scores(ring: bytes, frames: NDArray[np.int8], folder: Path) -> Iterator[int]:
    """What pymicro-wakeword's own runtime gives: it takes features in its unit."""
    import pymicro_wakeword

    path = folder / "ring.tflite"
    path.write_bytes(ring)
    library = next((Path(pymicro_wakeword.__file__).parent / "lib").glob("*tensorflowlite_c.*"))
    runtime = pymicro_wakeword.MicroWakeWord(
        id="ring",
        wake_word="ring",
        tflite_model=path,
        probability_cutoff=0.5,
        sliding_window_size=1,
        trained_languages=[],
        libtensorflowlite_c_path=library,
    )
    steps = np.rint((frames.astype(np.float64) + 128) * FEATURE_SCALE * 25.6) / 25.6
    for number, frame in enumerate(steps[: len(steps) // 3 * 3], 1):
        probability = runtime.process_streaming_prob(frame.reshape(1, 1, 40))
        if number % 3 == 0:
            assert probability is not None
            yield round(probability * 256)


def test_too_few_frames_give_no_score() -> None:
    assert len(ring_scores(keyword_model(), frames_of(2))) == 0


def test_a_model_that_is_no_window() -> None:
    with pytest.raises(ModelError, match="keeps its state in variables"):
        ring_scores(ring_model(keyword_model()), frames_of(30))
