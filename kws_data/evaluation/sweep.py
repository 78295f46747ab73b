"""False accepts by kind of negative, and keywords missed, at any thresholds, from streams that were scored once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kws_data.evaluation.listening import Listened, in_order
from kws_data.evaluation.margins import Margins, Sums, margins_of, one_after_the_other, sums_of
from kws_data.evaluation.stream_truth import Spoken, Truth, judge


@dataclass(frozen=True)
class Tally:
    """What thresholds give.

    Attributes:
        false: false accepts by kind of negative and keyword.
        words: the keywords that were said, each with whether and when it was heard.
    """

    false: Mapping[str, Counter[str]] = field(default_factory=dict)
    words: tuple[Spoken, ...] = ()

    @property
    def false_accepts(self) -> int:
        """All of them."""
        return sum(one.total() for one in self.false.values())

    @property
    def missed(self) -> int:
        """Keywords that were not heard."""
        return sum(not word.heard for word in self.words)

    def response_ms(self) -> list[float]:
        """From the end of each word that was heard to its detection; negative where it came sooner."""
        return [late for word in self.words if (late := word.response_ms) is not None]


@dataclass(frozen=True)
class Group:
    """Streams of one kind that are judged together, with their sums: one with words, or all others as one."""

    kind: str
    sums: Sums
    stream: Listened | None = None


@dataclass(frozen=True)
class Sweep:
    """Streams at one average, ready for any thresholds.

    Attributes:
        labels: of the model.
        rate_hz: of the streams.
        refractory_samples: nothing is detected for so long after a detection.
        groups: what is judged.
        hours: heard, by kind.
    """

    labels: tuple[str, ...]
    rate_hz: int
    refractory_samples: int
    groups: tuple[Group, ...]
    hours: Mapping[str, float]

    def aimed(self, thresholds: Sequence[int]) -> Aimed:
        """With a threshold for each keyword on its sum."""
        return Aimed(self, tuple(margins_of(group.sums, thresholds) for group in self.groups))


@dataclass(frozen=True)
class Aimed:
    """A sweep with thresholds that stand to each other as they do, to be raised and lowered together."""

    sweep: Sweep
    margins: tuple[Margins, ...]

    def tally(self, shift: int = 0) -> Tally:
        """What the thresholds give, all raised by ``shift``."""
        false: dict[str, Counter[str]] = {kind: Counter() for kind in self.sweep.hours}
        words: list[Spoken] = []
        for group, margins in zip(self.sweep.groups, self.margins, strict=True):
            fired = margins.fired(shift, self.sweep.refractory_samples)
            heard = [self.sweep.labels[label] for label in margins.labels[fired]]
            if group.stream is None:
                false[group.kind].update(heard)
                continue
            times = [end / self.sweep.rate_hz for end in margins.ends[fired].tolist()]
            verdicts, said = judged(group.stream, times, heard)
            false[group.kind].update(
                label for label, verdict in zip(heard, verdicts, strict=True) if verdict == "false"
            )
            words += said
        return Tally(false, tuple(words))

    def counts(self, kind: str | None, shifts: Sequence[int], most: int) -> list[int]:
        """False accepts of a kind (of all when None) at shifts, the lowest first; from where they are at most ``most``.

        Below that place they are not counted but said to be ``most + 1``: at low thresholds there are very many.
        """
        parts = [pair for pair in zip(self.sweep.groups, self.margins, strict=True) if kind in (None, pair[0].kind)]
        kept = Aimed(_only(self.sweep, [group for group, _ in parts]), tuple(margins for _, margins in parts))
        above = np.sort(np.concatenate([np.zeros(0, np.int32), *(margins.above for margins in kept.margins)]))
        windows = len(above) - np.searchsorted(above, shifts)  # that pass each shift: equal ones detect the same
        found = [most + 1] * len(shifts)
        passed, count = 0, 0
        for place in range(len(shifts) - 1, -1, -1):
            if windows[place] != passed:
                passed, count = windows[place], kept.tally(shifts[place]).false_accepts
            if count > most:
                break
            found[place] = count
        return found


def _only(sweep: Sweep, groups: Sequence[Group]) -> Sweep:
    return Sweep(sweep.labels, sweep.rate_hz, sweep.refractory_samples, tuple(groups), sweep.hours)


def judged(stream: Listened, times_s: Sequence[float], heard: Sequence[str]) -> tuple[list[str], list[Spoken]]:
    """Verdicts on detections in a stream, and its keywords (:func:`~kws_data.evaluation.stream_truth.judge`)."""
    truth = Truth({stream.name: stream.spoken}, {stream.name: stream.mentioned})
    return judge(truth, stream.name, times_s, heard)


def sweep_of(
    streams: Sequence[Listened],
    labels: Sequence[str],
    rate_hz: int,
    average: int,
    refractory_samples: int,
    least: int | None = None,
) -> Sweep:
    """Prepare scored streams for one average.

    Args:
        streams: all scored at the same stride.
        labels: of the model, in the order of the scores.
        rate_hz: of the streams.
        average: scores that are summed.
        refractory_samples: nothing is detected for so long after a detection.
        least: no threshold on a sum will be lower than this.
    """
    groups, plain = [], {stream.kind: list[Listened]() for stream in streams}
    for stream in streams:
        if stream.spoken or stream.mentioned:
            groups.append(Group(stream.kind, sums_of(stream.scores, stream.ends, average, least), stream))
        else:
            plain[stream.kind].append(stream)
    for kind, those in plain.items():
        if those:
            sums = [sums_of(one.scores, one.ends, average, least) for one in those]
            lengths = [one.samples for one in those]
            groups.append(Group(kind, one_after_the_other(sums, lengths, refractory_samples)))
    return Sweep(tuple(labels), rate_hz, refractory_samples, tuple(groups), hours_by_kind(streams, rate_hz))


def hours_by_kind(streams: Sequence[Listened], rate_hz: int) -> dict[str, float]:
    """Hours heard of each kind, those that people ask for first at the head."""
    samples: Counter[str] = Counter()
    for stream in streams:
        samples[stream.kind] += stream.samples
    return {kind: count / rate_hz / 3_600 for kind, count in in_order(samples).items()}
