"""Takes heard by several boards at once: started together, laid over each other by correlation, stored together."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Barrier
from typing import Any

from firmware_tools.recorder.clip import Recording
from firmware_tools.recorder.verdict import QuarantineRules
from kws_data.audio import Samples
from kws_data.sources.recording.align import align, cut_aligned
from kws_data.sources.recording.boards import Board
from kws_data.sources.recording.sessions import HeardTake
from kws_data.sources.recording.take_verdict import NO_RULES, judge

MARGIN_MS = 250  # before and after the clip: boards start at most this far apart
_START_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Together:
    """One take as all boards heard it.

    Attributes:
        heard: aligned clips, one a board; empty when the take is not whole.
        reasons: why it is not whole.
        recordings: what each board gave, before cutting.
    """

    heard: tuple[HeardTake, ...]
    reasons: tuple[str, ...]
    recordings: tuple[Recording, ...]


def record_together(
    boards: Sequence[Board],
    clip_samples: int,
    sound: Callable[[Board], Samples | None],
    rules: QuarantineRules = NO_RULES,
) -> Together:
    """Record one take through all boards at once.

    Each records the clip and a margin before and after it; the clips are cut where their sounds coincide with the first
    board's, so all have ``clip_samples`` samples of the same moment.

    Raises:
        LinkError: one of the boards is gone.
    """
    rate_hz = boards[0].rate_hz
    margin = MARGIN_MS * rate_hz // 1_000
    barrier = Barrier(len(boards), timeout=_START_TIMEOUT_S)
    with ThreadPoolExecutor(len(boards)) as pool:
        jobs = [pool.submit(_one, board, clip_samples + 2 * margin, sound(board), barrier) for board in boards]
        results = [job.result() for job in jobs]
    recordings = tuple(recording for recording, _ in results)
    reasons = tuple(
        f"{board.device}: {reason}" for board, taken in zip(boards, recordings, strict=True) for reason in taken.reasons
    )
    if reasons:
        return Together((), reasons, recordings)
    return _aligned(boards, recordings, [began for _, began in results], (margin, clip_samples), rules)


def _one(board: Board, samples: int, sound: Samples | None, barrier: Barrier) -> tuple[Recording, float]:
    """Record on one board, once all are ready; with the host's time when it began, in seconds."""
    if sound is not None and board.play is not None:
        board.play(sound)
    barrier.wait()
    began = time.monotonic()
    return board.record(samples, attempts=1), began


def _aligned(
    boards: Sequence[Board],
    recordings: Sequence[Recording],
    began: Sequence[float],
    cut_at: tuple[int, int],
    rules: QuarantineRules,
) -> Together:
    margin, clip_samples = cut_at
    clips = [recording.samples for recording in recordings]
    alignments = align(clips, margin)
    cuts = cut_aligned(clips, alignments, margin, clip_samples)
    heard = []
    for board, cut, taken, alignment, start in zip(boards, cuts, recordings, alignments, began, strict=True):
        if cut is None:
            return Together((), (f"{board.device}: began too long after {boards[0].device}",), tuple(recordings))
        figures = {
            "together_with": [other.device for other in boards if other is not board],
            "delay_samples": alignment.delay_samples,
            "alignment": round(alignment.score, 3),
            "aligned": alignment.found,
            "host_start_s": round(start - began[0], 6),
        }
        heard.append(heard_take(board, cut, taken, rules, figures))
    return Together(tuple(heard), (), tuple(recordings))


def heard_take(
    board: Board, samples: Samples, taken: Recording, rules: QuarantineRules, more: Mapping[str, Any] | None = None
) -> HeardTake:
    """A whole take as it is stored: verdict on the samples, the line, the true rate; set aside by ``rules``."""
    verdict = judge(samples, board.rate_hz, rules)
    attributes = {
        **verdict.attributes,
        "sequence_gaps": taken.sequence_gaps,
        "retries": taken.verdict.retries if taken.verdict else taken.attempts - 1,
        "codec": taken.codec.name.lower(),
        **board.figures(),
        **(more or {}),
    }
    if taken.warnings:
        attributes["warnings"] = list(taken.warnings)
    return HeardTake(board.device, samples, board.rate_hz, attributes, "; ".join(verdict.advice))


def same_sound(boards: Sequence[Board], sound: Samples | None) -> Callable[[Board], Samples | None]:
    """Gives each board the same sound, with room before it for the margin that is cut away."""
    return partial(_padded, sound)


def _padded(sound: Samples | None, board: Board) -> Samples | None:
    import numpy as np

    if sound is None:
        return None
    return np.concatenate([np.zeros(MARGIN_MS * board.rate_hz // 1_000, np.int16), sound])
