"""Who listens to a folder of recordings: this machine keeps the scores and sweeps thresholds, a board only detects."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from firmware_tools.spotter.detector import Detection
from kws_data.audio import Samples
from kws_data.evaluation.curve import Curves
from kws_data.evaluation.detector import Detector, HostDetector
from kws_data.evaluation.listening import Listened, listen
from kws_data.evaluation.stream_evaluation import StreamEvaluation
from kws_data.evaluation.stream_truth import Truth


@dataclass
class Ear:
    """A detector that hears one recording after the other."""

    detector: Detector

    def detections(self, name: str, samples: Samples, truth: Truth) -> Sequence[Detection]:
        """Detections in a recording, in order of time; raises ModelError or LinkError as the detector does."""
        return self.detector.detections(samples)

    def curved(self, found: StreamEvaluation) -> StreamEvaluation:
        """What was found, with what the ear knows beside it."""
        return found


@dataclass
class HostEar(Ear):
    """This machine: with the scores of what it heard, and the processor seconds that it took."""

    detector: HostDetector
    heard: list[Listened] = field(default_factory=list)
    busy_s: float = 0.0

    def detections(self, name: str, samples: Samples, truth: Truth) -> list[Detection]:
        """See :class:`Ear`."""
        began, bundle = time.process_time(), self.detector.bundle
        spoken, mentioned = tuple(truth.spoken.get(name, ())), truth.mentioned.get(name, frozenset())
        args = (name, truth.kind(name), samples, bundle.stream.stride_frames, spoken, mentioned)
        listened = listen(bundle, *args)
        found = self.detector.decided(listened.scores, listened.ends)
        self.busy_s += time.process_time() - began
        self.heard.append(listened)
        return found

    def curved(self, found: StreamEvaluation) -> StreamEvaluation:
        """With the curve of misses against false accepts, and how much faster than real time it was."""
        curves = Curves.of(self.detector.bundle, self.heard, self.heard)
        faster = found.hours * 3_600 / max(self.busy_s, 1e-3)
        return replace(found, curve=curves.points(), sweep=curves.sweeps(), times_real_time=round(faster, 1))


def ear_of(detector: Detector) -> Ear:
    """The ear that a detector is."""
    return HostEar(detector) if isinstance(detector, HostDetector) else Ear(detector)
