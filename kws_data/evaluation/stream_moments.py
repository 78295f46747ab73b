"""Moments worth hearing in one stream: false accepts, words missed or taken for others, late answers, right ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples
from kws_data.evaluation.listening import Listened
from kws_data.evaluation.margins import sums_of
from kws_data.evaluation.moments import FALSE, LATE, MISSED, RIGHT, SLOW_MS, WRONG, Fired, Moment, Said, StreamLine
from kws_data.evaluation.stream_truth import EARLY_S, LATE_S, Spoken

BY_THEMSELVES, IN_NEGATIVES, IN_A_ROW = "by themselves", "words laid into them", "clips in a row"
AROUND_S = 2.0  # of sound before and after a moment
LINE_POINTS = 600


@dataclass(frozen=True)
class Origin:
    """Where a stream's sound comes from.

    Attributes:
        how: BY_THEMSELVES, IN_NEGATIVES or IN_A_ROW.
        parts: name of each recording (or id of each clip) in it, and the sample at which it begins.
        words: clip id of each keyword that was said.
        snr_db: of each of them against what lies around it.
    """

    how: str
    parts: tuple[tuple[str, int], ...]
    words: tuple[str, ...] = ()
    snr_db: tuple[float, ...] = ()

    def part_at(self, sample: int) -> tuple[str, int]:
        """The recording that is heard at a sample, and at which of its own."""
        name, start = next(one for one in reversed(self.parts) if one[1] <= sample or one is self.parts[0])
        return name, sample - start


@dataclass(frozen=True)
class Spot:
    """A moment before its sound is cut out; ``strength`` is how much it matters among those of its kind.

    Attributes:
        kind, time_s, said, heard, score, answer_ms: as :class:`~kws_data.evaluation.moments.Moment` has them.
        strength: the higher, the sooner it is chosen.
        word: which of the stream's keywords was said.
    """

    kind: str
    time_s: float
    said: str
    heard: str
    score: float
    strength: float
    word: int | None
    answer_ms: float | None = None

    @property
    def group(self) -> str:
        """The word that it is about."""
        return self.said or self.heard


@dataclass(frozen=True)
class Candidate:
    """A moment, how much it matters among those of its kind, its sound, and where that comes from.

    Attributes:
        part: recording (or clip) that is heard, and at which of its samples.
        clip_id: of the keyword that was said, empty where none was; ``snr_db`` as it was laid.
    """

    moment: Moment
    strength: float
    samples: Samples
    how: str
    part: tuple[str, int]
    clip_id: str = ""
    snr_db: float | None = None

    @property
    def groups(self) -> tuple[str, str]:
        """What moments are to be mixed of: words, and recordings or clips."""
        return self.moment.said or self.moment.heard, self.clip_id or self.part[0]


@dataclass(frozen=True)
class Curve:
    """Average probabilities of keywords in a stream: seconds ``[n]``, values ``[n, keywords]``."""

    times_s: NDArray[np.float64]
    values: NDArray[np.float64]

    @classmethod
    def of(cls, stream: Listened, average: int, rate_hz: int) -> Curve:
        sums = sums_of(stream.scores, stream.ends, average)
        return cls(sums.ends / rate_hz, (sums.values / average + 128) / 256)

    def at(self, time_s: float, keyword: int, cut: float) -> float:
        """A keyword's average at a window's end as it was compared, which the detector tells cut to a whole step.

        Args:
            time_s: of the window.
            keyword: its column.
            cut: what the detector tells, where there is no such window.
        """
        place = int(np.searchsorted(self.times_s, time_s - 1e-9))
        there = place < len(self.times_s) and abs(self.times_s[place] - time_s) < 1e-6
        return float(self.values[place, keyword]) if there else cut

    def between(self, start_s: float, end_s: float) -> slice:
        """Where the scores of a stretch are."""
        first, last = np.searchsorted(self.times_s, (start_s, end_s))
        return slice(int(first), int(last))

    def highest(self, seconds: float) -> tuple[float | None, ...]:
        """The best keyword's, the highest in each of some equal stretches."""
        points = max(1, min(LINE_POINTS, len(self.times_s)))
        line = np.full(points, -1.0)
        places = np.minimum((self.times_s / seconds * points).astype(int), points - 1)
        np.maximum.at(line, places, self.values.max(axis=1, initial=-1.0))
        return tuple(None if value < 0 else round(float(value), 3) for value in line)


@dataclass(frozen=True)
class StreamMoments:
    """One stream, looked at.

    Attributes:
        stream, samples, origin: the stream, its samples, and where they come from.
        curve: its averages.
        fired, words: detections and keywords, judged.
        number: of the stream.
        rate: of the samples, in Hz.
        thresholds: of each keyword, as an average probability.
    """

    stream: Listened
    samples: Samples
    origin: Origin
    curve: Curve
    fired: Sequence[Fired]
    words: Sequence[Spoken]
    number: int
    rate: int
    thresholds: Mapping[str, float]

    def line(self) -> StreamLine:
        """What is drawn of the whole stream."""
        seconds = len(self.samples) / self.rate
        words = tuple(Said(w.label, round(w.start_s, 3), round(w.end_s, 3), w.heard_s) for w in self.words)
        least = round(min(self.thresholds.values()), 4)
        line = self.curve.highest(max(seconds, 1e-9))
        stream = self.stream
        return StreamLine(
            stream.name, stream.kind, self.origin.how, round(seconds, 3), words, tuple(self.fired), line, least
        )

    def spots(self) -> Iterator[Spot]:
        """All moments of the stream; a word that was taken for another is no missed one as well."""
        taken = set()
        for one in self.fired:
            if one.verdict == "false":
                place = next((at for at, word in enumerate(self.words) if _near(one.time_s, word)), None)
                said = "" if place is None else self.words[place].label
                kind = WRONG if said not in ("", one.label) else FALSE
                taken |= {place} if kind == WRONG else set()
                yield Spot(kind, one.time_s, said, one.label, one.score, one.score, place)
        for place, word in enumerate(self.words):
            if word.heard_s is not None:
                yield self._heard(place, word, word.heard_s)
            elif place not in taken:
                yield self._missed(place, word)

    def _heard(self, place: int, word: Spoken, heard_s: float) -> Spot:
        """An answer, late or right: of those that were late the latest matter, of the others the surest."""
        score = next((o.score for o in self.fired if o.label == word.label and abs(o.time_s - heard_s) < 2e-3), 0.0)
        late_ms = 1_000 * (heard_s - word.end_s)
        kind, strength = (LATE, late_ms) if late_ms >= SLOW_MS else (RIGHT, score)
        return Spot(kind, heard_s, word.label, word.label, score, strength, place, late_ms)

    def _missed(self, place: int, word: Spoken) -> Spot:
        own = self.curve.values[self.curve.between(word.start_s - EARLY_S, word.end_s + LATE_S)]
        score = float(own[:, list(self.thresholds).index(word.label)].max(initial=0.0))
        return Spot(MISSED, (word.start_s + word.end_s) / 2, word.label, "", score, -score, place)

    def candidate(self, spot: Spot) -> Candidate:
        """A spot with its sound and its scores."""
        middle, around = round(spot.time_s * self.rate), round(AROUND_S * self.rate)
        first, last = max(0, middle - around), min(len(self.samples), middle + around)
        there = self.curve.between(first / self.rate, last / self.rate + 1e-9)
        values = np.round(self.curve.values[there], 3)
        moment = Moment(
            kind=spot.kind,
            stream=self.number,
            time_s=round(spot.time_s, 3),
            said=spot.said,
            heard=spot.heard,
            score=round(spot.score, 4),
            threshold=round(self.thresholds[spot.heard or spot.said], 4),
            answer_ms=None if spot.answer_ms is None else round(spot.answer_ms, 1),
            begin_s=first / self.rate,
            seconds=(last - first) / self.rate,
            times_s=tuple(np.round(self.curve.times_s[there], 3).tolist()),
            scores={label: tuple(values[:, place].tolist()) for place, label in enumerate(self.thresholds)},
        )
        part = self.origin.part_at(min(middle, len(self.samples) - 1))
        word, snrs = spot.word, self.origin.snr_db
        clip_id = "" if word is None else self.origin.words[word]
        snr_db = snrs[word] if word is not None and word < len(snrs) else None
        samples = self.samples[first:last].copy()
        return Candidate(moment, spot.strength, samples, self.origin.how, part, clip_id, snr_db)


def _near(time_s: float, word: Spoken) -> bool:
    return word.start_s - EARLY_S <= time_s <= word.end_s + LATE_S
