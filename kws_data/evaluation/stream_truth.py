"""What was really said in long recordings, and what a detection was worth in its light."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

ALL = "all"  # the kind of a recording of which nobody says one
EARLY_S, LATE_S = 0.1, 1.0  # a detection belongs to a word from its start - EARLY_S to its end + LATE_S

LONGEST_S = 10.0  # no keyword lasts so long: who marks more has marked a scene


@dataclass
class Spoken:
    """A keyword that was said, and whether it was heard, after how many seconds of the recording."""

    label: str
    start_s: float
    end_s: float
    heard: bool = False
    heard_s: float | None = None

    @property
    def has_end(self) -> bool:
        """Whether its end is one that a response can be timed from: a mark without length or of a whole scene has
        none."""
        return 0 < self.end_s - self.start_s <= LONGEST_S

    @property
    def response_ms(self) -> float | None:
        """From its end to its detection, negative where that came sooner; None where nothing can be timed: it was not
        heard, its mark has no end, or the detection lies before the whole word."""
        if self.heard_s is None or not self.has_end or self.heard_s < self.start_s:
            return None
        return 1_000 * (self.heard_s - self.end_s)


@dataclass(frozen=True)
class Truth:
    """By file: keywords with their times, keywords known only to occur somewhere in it, its kind; notes for people."""

    spoken: Mapping[str, Sequence[Spoken]] = field(default_factory=dict)
    mentioned: Mapping[str, frozenset[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)

    def kind(self, file: str) -> str:
        """What is heard in a file beside keywords: speech, noise and so on; ``all`` where nobody says."""
        return self.kinds.get(file, ALL)


def judge(truth: Truth, file: str, times_s: Sequence[float], labels: Sequence[str]) -> tuple[list[str], list[Spoken]]:
    """Verdict on each detection of one file, in order of time, and the keywords said in it.

    A verdict is ``right`` (its keyword was said just before), ``uncounted`` (its keyword occurs in the transcript,
    nobody knows when) or ``false``. A word is heard once; detecting it again is false.
    """
    words = [Spoken(word.label, word.start_s, word.end_s) for word in truth.spoken.get(file, ())]
    verdicts = []
    for time, label in zip(times_s, labels, strict=True):
        word = next((w for w in words if not w.heard and w.label == label and _near(time, w)), None)
        if word is not None:
            word.heard, word.heard_s = True, time
        uncounted = label in truth.mentioned.get(file, frozenset())
        verdicts.append("right" if word is not None else "uncounted" if uncounted else "false")
    return verdicts, words


def _near(time_s: float, word: Spoken) -> bool:
    return word.start_s - EARLY_S <= time_s <= word.end_s + LATE_S
