"""Held-out clips replayed on the flashed board: what it said, how long it took, whether it agrees with the host."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from kws_data.bundle import ModelBundle
from kws_data.errors import DataError
from kws_data.evaluation.inference import host_features, int8_scores
from kws_data.evaluation.metrics import metrics
from kws_data.progress import Progress

if TYPE_CHECKING:
    from firmware_tools.link.session import BoardSession
    from firmware_tools.spotter.client import ClipResult

Engine = Literal["host", "device"]


def need(session: BoardSession | None) -> BoardSession:
    """The session, or a DataError when there is none."""
    if session is None:
        raise DataError("evaluation on the device needs a board", None, "open one, or use --engine host")
    return session


@dataclass
class DeviceTally:
    """What the board said of each clip so far."""

    scores: list[NDArray[np.int8]] = field(default_factory=list)
    found: list[int] = field(default_factory=list)
    frontend_max: int = 0
    frontend_mean: list[float] = field(default_factory=list)
    inference: list[int] = field(default_factory=list)
    decision: list[int] = field(default_factory=list)
    latency: list[int] = field(default_factory=list)

    def add(self, result: ClipResult) -> None:
        """Take one clip in."""
        self.scores.append(result.scores)
        self.found.append(result.label)
        self.frontend_max = max(self.frontend_max, result.frontend_cycles_max)
        self.frontend_mean.append(result.frontend_cycles_per_frame)
        self.inference.append(result.inference_cycles)
        self.decision.append(result.decision_cycles)
        self.latency.append(result.latency_cycles)


def evaluate_device(
    session: BoardSession,
    bundle: ModelBundle,
    clips: NDArray[np.int16],
    y: NDArray[Any],
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The device block of report.json: every clip sent over the serial port to the flashed image.

    ``agreement`` is the share of clips whose int8 scores are those of the host, every byte. Latency is what remains to
    be done when the last sample has come: the last frame, the inference, the decision.

    Args:
        session: an open board with the spotter app of this bundle.
        bundle: what was flashed.
        clips: int16 [clips, samples].
        y: true labels [clips].

    Raises:
        BoardError: the board runs something else.
        LinkError: the board fell silent.
    """
    from firmware_tools.spotter.client import classify

    session.require("spotter", bundle.bundle_hash)
    tally = DeviceTally()
    for done, clip in enumerate(clips, 1):
        tally.add(classify(session.link, np.ascontiguousarray(clip)))
        if progress:
            progress("replay on the board", done, len(clips))
    scores = np.stack(tally.scores)
    expected, _ = int8_scores(bundle.tflite, host_features(bundle, clips))
    found = metrics(scores, y, bundle.threshold, bundle.labels)
    check_decisions(scores, np.array(tally.found), bundle)
    return {"board": session.board.name, **found, **_timing(tally, session, (scores == expected).all(axis=1))}


def _timing(tally: DeviceTally, session: BoardSession, same: NDArray[np.bool_]) -> dict[str, Any]:
    latency_ms = np.array([session.board.cycles_to_ms(cycles) for cycles in tally.latency])
    percentiles = {f"p{q}": float(np.percentile(latency_ms, q)) for q in (50, 95)}
    return {
        "agreement": float(same.mean()),
        "clock_hz": session.board.clock_hz,
        "cycles": {
            "frontend_frame": int(tally.frontend_max),
            "frontend_frame_mean": float(np.mean(tally.frontend_mean)),
            "inference": int(max(tally.inference)),
            "decision": int(max(tally.decision)),
        },
        "latency_ms": {**percentiles, "max": float(latency_ms.max())},
    }


def check_decisions(scores: NDArray[np.int8], found: NDArray[np.int64], bundle: ModelBundle) -> None:
    """Raises ModelError when the board's decisions are not those that follow from its scores."""
    from kws_data.scores import decide

    wrong = int((decide(scores, bundle.threshold) != found).sum())
    if wrong:
        raise ModelError("board decides otherwise than its scores say", wrong, "flash this bundle again: kws flash")
