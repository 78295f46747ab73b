"""Response time: from the end of a spoken keyword to its detection, streaming, on the board."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.evaluation.on_board import BoardDetector
from kws_data.evaluation.stream_evaluation import ResponseTimes
from kws_data.evaluation.word_bounds import word_end
from kws_data.progress import Progress
from kws_data.scores import FIRST_KEYWORD

WORDS = 24
LEAD_S, TAIL_S = 1.0, 1.5
NOISE_RMS = 8.0


def response_times(
    detector: BoardDetector, clips: NDArray[np.int16], y: NDArray[Any], progress: Progress | None = None
) -> ResponseTimes:
    """Stream keyword clips to the board, a second of quiet before and after each, and time the detections.

    A detection before the word is over counts with its negative time.

    Args:
        detector: an open board.
        clips: int16 ``[clips, samples]``, of which up to 24 keyword clips are used.
        y: true label of each.

    Raises:
        LinkError: the board is gone.
    """
    keywords = np.flatnonzero(y >= FIRST_KEYWORD)
    chosen = keywords[np.unique(np.linspace(0, len(keywords) - 1, min(WORDS, len(keywords))).astype(int))]
    times = []
    for done, index in enumerate(chosen, 1):
        time_ms = _response_ms(detector, np.asarray(clips[index]), int(y[index]))
        times += [] if time_ms is None else [time_ms]
        if progress:
            progress("response time", done, len(chosen))
    p50, p95 = np.percentile(times, (50, 95)) if times else (0.0, 0.0)
    return ResponseTimes(float(p50), float(p95), len(times), len(chosen))


def _response_ms(detector: BoardDetector, clip: NDArray[np.int16], label: int) -> float | None:
    """From the word's end to the first detection of it, the board's own computing included; None when missed."""
    hello = detector.session.hello
    rate_hz = hello.sample_rate_hz
    rng = np.random.default_rng(int(np.abs(clip.astype(np.int64)).sum()))
    quiet = [rng.normal(0, NOISE_RMS, int(seconds * rate_hz)).astype(np.int16) for seconds in (LEAD_S, TAIL_S)]
    over = len(quiet[0]) + word_end(clip, rate_hz)
    for event in detector.detections(np.concatenate([quiet[0], clip, quiet[1]])):
        if event.label == label:
            return 1_000 * ((event.sample - over) / rate_hz + event.cycles / hello.clock_hz)
    return None
