"""Finding the moments worth hearing while a run's streams are listened to: their samples are not kept afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kws_data.audio import Samples
from kws_data.bundle import ModelBundle
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.fair_choice import fair_choice
from kws_data.evaluation.listening import Listened
from kws_data.evaluation.moments import MOST, Fired, Moments, StreamLine
from kws_data.evaluation.stream_moments import Candidate, Curve, Origin, Spot, StreamMoments
from kws_data.evaluation.stream_truth import Truth, judge
from kws_data.scores import FIRST_KEYWORD, probability

KEPT = 3  # times as many as are chosen at the end, of each kind, while there are streams to come


@dataclass(frozen=True)
class Found:
    """The chosen moments, their sounds, and where these come from."""

    moments: Moments
    chosen: tuple[Candidate, ...]


class MomentFinder:
    """Shown a run's streams one by one, keeps what is worth hearing.

    Args:
        bundle: whose detector listens.
    """

    def __init__(self, bundle: ModelBundle) -> None:
        self._detector = HostDetector(bundle)
        self._rate = bundle.frontend.sample_rate_hz
        self._labels = bundle.labels
        stream = bundle.stream
        sums = stream.thresholds(len(bundle.labels), bundle.streaming_int8)
        self._thresholds = {
            label: (sums[place] / stream.average + 128) / 256
            for place, label in enumerate(bundle.labels)
            if place >= FIRST_KEYWORD
        }
        self._average = stream.average
        self._streams: list[StreamLine] = []
        self._kept: dict[str, list[Candidate]] = {kind: [] for kind in MOST}
        self._counts: Counter[str] = Counter()

    def hear(self, stream: Listened, samples: Samples, origin: Origin) -> None:
        """Look for moments in a stream that was scored.

        Args:
            stream: its scores and its words.
            samples: int16 ``[n]``; pieces of them are copied.
            origin: where they come from.
        """
        curve = Curve.of(stream, self._average, self._rate)
        found = self._detector.decided(stream.scores, stream.ends)
        times = [one.sample / self._rate for one in found]
        labels = [self._labels[one.label] for one in found]
        verdicts, words = judge(Truth({stream.name: stream.spoken}), stream.name, times, labels)
        fired = [
            Fired(round(time, 3), label, curve.at(time, one.label - FIRST_KEYWORD, probability(one.score)), verdict)
            for time, label, one, verdict in zip(times, labels, found, verdicts, strict=True)
        ]
        here = StreamMoments(
            stream, samples, origin, curve, fired, words, len(self._streams), self._rate, self._thresholds
        )
        self._streams.append(here.line())
        spots: dict[str, list[Spot]] = {kind: [] for kind in MOST}
        for spot in here.spots():
            spots[spot.kind].append(spot)
        for kind, those in spots.items():
            self._counts[kind] += len(those)
            best = fair_choice([spot.strength for spot in those], [[spot.group] for spot in those], MOST[kind])
            kept = [*self._kept[kind], *(here.candidate(those[place]) for place in best)]
            self._kept[kind] = _best(kept, KEPT * MOST[kind])

    def found(self) -> Found:
        """What was worth hearing: of each kind the strongest, of many words and streams."""
        chosen = [one for kind, most in MOST.items() for one in _best(self._kept[kind], most)]
        places = sorted({one.moment.stream for one in chosen})
        numbered = [
            replace(
                one,
                moment=replace(
                    one.moment,
                    stream=places.index(one.moment.stream),
                    audio=f"{number:03d}-{one.moment.kind.replace(' ', '-')}.flac",
                ),
            )
            for number, one in enumerate(chosen)
        ]
        counts = {kind: self._counts[kind] for kind in MOST}
        lines = tuple(self._streams[place] for place in places)
        return Found(Moments(lines, tuple(one.moment for one in numbered), counts), tuple(numbered))


def _best(candidates: Sequence[Candidate], most: int) -> list[Candidate]:
    chosen = fair_choice([one.strength for one in candidates], [one.groups for one in candidates], most)
    return [candidates[place] for place in chosen]
