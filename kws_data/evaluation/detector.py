"""The one swap point between host and board: what makes scores of clips, and detections in a recording.

:class:`HostDetector` runs a bundle on this machine, with the front end, engine and decisions of the board;
:class:`kws_data.evaluation.on_board.BoardDetector` is a board that it was flashed to. Whoever evaluates is given one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from firmware_tools.frontend.spec import MICRO
from firmware_tools.spotter.detector import Detection, FirmwareDetector
from kws_data.audio import Samples
from kws_data.bundle import ModelBundle
from kws_data.evaluation.inference import host_features, int8_scores, stream_scores
from kws_data.progress import Progress


@dataclass(frozen=True)
class ClipScores:
    """What a detector made of clips.

    Attributes:
        values: int8 ``[clips, labels]``; its decisions are those that follow from them.
        runtime: name of the interpreter, engine or board that ran the model.
    """

    values: NDArray[np.int8]
    runtime: str


class Detector(Protocol):
    """A bundle that runs somewhere."""

    @property
    def engine(self) -> str:
        """Where: ``host`` or ``device``, as ``--engine`` has it."""
        ...

    @property
    def bundle(self) -> ModelBundle:
        """What runs there."""
        ...

    def scores(self, clips: NDArray[np.int16], progress: Progress | None = None) -> ClipScores:
        """Scores of clips ``[clips, samples]``; raises ModelError or LinkError when it cannot run them."""
        ...

    def detections(self, samples: Samples) -> Sequence[Detection]:
        """Detections in one recording, in order of time; raises as :meth:`scores`."""
        ...


@dataclass(frozen=True)
class HostDetector:
    """A bundle on this machine: the board's front end and detector in C, the model in TFLM (or the C engine).

    Attributes:
        bundle: what runs; it says how a stream is decided on.
    """

    bundle: ModelBundle
    engine: ClassVar[str] = "host"

    def scores(self, clips: NDArray[np.int16], progress: Progress | None = None) -> ClipScores:
        """See :class:`Detector`; all clips at once, so there is no progress to tell of."""
        return ClipScores(*int8_scores(self.bundle.tflite, host_features(self.bundle, clips)))

    def detections(self, samples: Samples) -> list[Detection]:
        """See :class:`Detector`."""
        return self.decided(*stream_scores(self.bundle, samples, self.bundle.stream.stride_frames))

    def decided(self, scores: NDArray[np.int8], ends: NDArray[np.int64]) -> list[Detection]:
        """Detections in a stream by its scores ``[windows, labels]``, made after ``ends`` ``[windows]`` samples.

        ``micro_frontend`` is decided on as its runtimes do: :func:`kws_data.evaluation.micro_wake_word.decided`.
        """
        if self.bundle.frontend.kind == MICRO:
            from kws_data.evaluation.micro_wake_word import decided

            return decided(self.bundle, scores)
        bundle, rate_hz = self.bundle, self.bundle.frontend.sample_rate_hz
        detector = FirmwareDetector(len(bundle.labels), bundle.streaming_int8, bundle.stream, sample_rate_hz=rate_hz)
        return detector.run(scores, ends)
