"""One bundle that listens: what it heard of each part, and what follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples
from kws_data.bundle import ModelBundle
from kws_data.evaluation.curve import Curves
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.ears import HostEar
from kws_data.evaluation.listening import in_order
from kws_data.evaluation.metrics import Metrics, metrics
from kws_data.evaluation.stream_evaluation import Heard, StreamEvaluation
from kws_data.evaluation.stream_truth import Spoken, Truth
from kws_data.evaluation.streams import judged, summary
from kws_data.evaluation.thresholds import OperatingPoint, tpr_at_fpr
from kws_data.scores import FIRST_KEYWORD, decide

PASSED = 0.01  # share of clips without a keyword that pass where TPR is told


@dataclass
class Part:
    """Recordings of one sort, as one bundle heard them."""

    ear: HostEar
    rows: list[Heard] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    samples: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, str] = field(default_factory=dict)

    def hear(self, name: str, kind: str, samples: Samples, spoken: Sequence[Spoken] = ()) -> None:
        """Listen to one recording, with the keywords in it; raises ModelError when the model cannot be run."""
        name = f"{kind}: {name}"
        truth = Truth({name: spoken}, kinds={name: kind})
        rows, words = judged(self.ear.detector.bundle, name, self.ear.detections(name, samples, truth), truth)
        self.rows += rows
        self.spoken += words
        self.samples[kind] += len(samples)
        self.kinds[name] = kind

    @property
    def hours(self) -> float:
        """Heard."""
        return self.samples.total() / self.ear.detector.bundle.frontend.sample_rate_hz / 3_600

    def found(self) -> StreamEvaluation:
        """At the frozen thresholds."""
        rate_hz = self.ear.detector.bundle.frontend.sample_rate_hz
        hours = {kind: count / rate_hz / 3_600 for kind, count in in_order(self.samples).items()}
        return summary(self.rows, self.spoken, hours, "host", kinds=self.kinds)


@dataclass(frozen=True)
class ClipsHeard:
    """Clips at the frozen threshold, and TPR where 1 % pass; None where a side has no clips."""

    frozen: Metrics
    at_1pct: OperatingPoint | None


@dataclass
class Listener:
    """A bundle and all that it heard.

    Attributes:
        folder: of the bundle.
        negatives, words, recordings, noise: streams.
        taken: by sound, windows of a clip's length, and how many of them were taken for a word.
        clips: what it made of them; None where there are none.
    """

    folder: Path
    bundle: ModelBundle
    negatives: Part
    words: Part
    recordings: Part
    noise: Part
    taken: dict[str, tuple[int, int]] = field(default_factory=dict)
    clips: ClipsHeard | None = None

    @classmethod
    def of(cls, folder: Path, bundle: ModelBundle) -> Listener:
        """One that has heard nothing."""
        negatives, words, recordings, noise = (Part(HostEar(HostDetector(bundle))) for _ in range(4))
        return cls(folder, bundle, negatives, words, recordings, noise)

    @property
    def times_real_time(self) -> float:
        """Seconds heard in a second of processor time."""
        parts = (self.negatives, self.words, self.recordings, self.noise)
        return 3_600 * sum(part.hours for part in parts) / max(sum(part.ear.busy_s for part in parts), 1e-3)

    def curves(self, part: Part) -> Curves:
        """A part's keywords and the negatives, at thresholds that can be moved."""
        return Curves.of(self.bundle, self.negatives.ear.heard, part.ear.heard)

    def take_windows(self, sound: str, windows: NDArray[np.int16]) -> None:
        """Of windows ``[n, clip samples]`` of a sound, count those taken for a word at the frozen threshold."""
        scores = HostDetector(self.bundle).scores(windows).values
        count, of_them = self.taken.get(sound, (0, 0))
        passed = int((decide(scores, self.bundle.threshold) >= FIRST_KEYWORD).sum())
        self.taken[sound] = (count + passed, of_them + len(windows))

    def take_clips(self, samples: NDArray[np.int16], y: NDArray[np.int64]) -> None:
        """Score clips ``[n, clip samples]`` of known labels; raises DataError when there are none."""
        scores = HostDetector(self.bundle).scores(samples).values
        both = (y >= FIRST_KEYWORD).any() and (y < FIRST_KEYWORD).any()
        frozen = metrics(scores, y, self.bundle.threshold, self.bundle.labels)
        self.clips = ClipsHeard(frozen, tpr_at_fpr(scores, y, PASSED) if both else None)
