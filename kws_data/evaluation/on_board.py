"""A flashed board as a detector: what it says of clips and recordings, and how long it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from firmware_tools.spotter.client import ClipResult, StreamDetection, classify, stream
from kws_data.audio import Samples
from kws_data.bundle import ModelBundle
from kws_data.evaluation.detector import ClipScores, HostDetector
from kws_data.evaluation.evaluation_report import BoardEvaluation, BoardTiming, Cycles, Latency
from kws_data.evaluation.metrics import metrics
from kws_data.progress import Progress
from kws_data.scores import decide

if TYPE_CHECKING:
    from firmware_tools.boards.spec import BoardSpec
    from firmware_tools.link.session import BoardSession

BLOCK_SAMPLES = 4_096


@dataclass(frozen=True)
class BoardScores(ClipScores):
    """What a board made of clips, and what it took for them; ``runtime`` is the board's name."""

    timing: BoardTiming


@dataclass(frozen=True)
class BoardDetector:
    """An open board with the spotter app of a bundle; it hears what is sent over the serial port.

    Attributes:
        session: the board.
        bundle: what was flashed.

    Raises:
        BoardError: the board runs something else.
    """

    session: BoardSession
    bundle: ModelBundle
    engine: ClassVar[str] = "device"

    def __post_init__(self) -> None:
        self.session.require_itself()
        self.session.require("spotter", self.bundle.bundle_hash)

    def scores(self, clips: NDArray[np.int16], progress: Progress | None = None) -> BoardScores:
        """See :class:`~kws_data.evaluation.detector.Detector`; the board's own decisions are checked on the way."""
        results = []
        for done, clip in enumerate(clips, 1):
            results.append(classify(self.session.link, np.ascontiguousarray(clip)))
            if progress:
                progress("replay on the board", done, len(clips))
        values = np.stack([result.scores for result in results])
        check_decisions(values, np.array([result.label for result in results]), self.bundle)
        return BoardScores(values, self.session.board.name, timing_of(self.session.board, results))

    def detections(self, samples: Samples) -> list[StreamDetection]:
        """See :class:`~kws_data.evaluation.detector.Detector`; each with the cycles that the board took for it."""
        blocks = (samples[i : i + BLOCK_SAMPLES] for i in range(0, len(samples), BLOCK_SAMPLES))
        return [event for event in stream(self.session.link, blocks) if isinstance(event, StreamDetection)]


def board_evaluation(
    bundle: ModelBundle,
    made: BoardScores,
    clips: NDArray[np.int16],
    y: NDArray[Any],
    speakers: Sequence[str] | None = None,
) -> BoardEvaluation:
    """What a board is worth on clips ``[clips, samples]`` with true labels ``[clips]`` and, where known, their
    speakers, and whether it scores them as the host does."""
    same = (made.values == HostDetector(bundle).scores(clips).values).all(axis=1)
    found = metrics(made.values, y, bundle.threshold, bundle.labels, speakers)
    return BoardEvaluation(made.runtime, found, float(same.mean()), made.timing)


def timing_of(board: BoardSpec, results: Sequence[ClipResult]) -> BoardTiming:
    """Cycles and latency over clips. Latency is what remains to be done when the last sample has come."""
    latency_ms = np.array([board.cycles_to_ms(result.latency_cycles) for result in results])
    cycles = Cycles(
        frontend_frame=int(max(result.frontend_cycles_max for result in results)),
        frontend_frame_mean=float(np.mean([result.frontend_cycles_per_frame for result in results])),
        inference=int(max(result.inference_cycles for result in results)),
        decision=int(max(result.decision_cycles for result in results)),
    )
    p50, p95 = (float(np.percentile(latency_ms, q)) for q in (50, 95))
    return BoardTiming(board.clock_hz, cycles, Latency(p50, p95, float(latency_ms.max())))


def check_decisions(scores: NDArray[np.int8], found: NDArray[np.int64], bundle: ModelBundle) -> None:
    """Raises ModelError when the board's decisions are not those that follow from its scores."""
    wrong = int((decide(scores, bundle.threshold) != found).sum())
    if wrong:
        raise ModelError("board decides otherwise than its scores say", wrong, "flash this bundle again: kws flash")
