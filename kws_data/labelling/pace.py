"""How far labelling is, and how fast each annotator is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Any

from kws_data.catalog.opinions import Opinion
from kws_data.labelling.settle import Verdict

BREAK_SECONDS = 300.0  # who answers later than this was away
FASTEST_SECONDS = 0.25  # nobody hears a clip and answers in less: such answers were sent together


@dataclass(frozen=True)
class Pace:
    """One annotator.

    Attributes:
        count: opinions that they gave and that hold.
        median_seconds: from the first sound to the answer; None where nothing is known. More than five minutes are a
            break.
        per_hour: opinions an hour while they were at it (gaps of more than five minutes are breaks); None of one, and
            where answers came together, so that nobody knows when they were given: of imported ones, and of a script.
    """

    count: int
    median_seconds: float | None
    per_hour: float | None


@dataclass(frozen=True)
class Progress:
    """How far it is.

    Attributes:
        total: clips to be labelled.
        settled: whose label holds.
        open: that more people are to hear.
        disagreements: that wait for an adjudicator.
        annotators: pace of each, by name.
    """

    total: int
    settled: int
    open: int
    disagreements: int
    annotators: dict[str, Pace]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def progress_of(verdicts: Iterable[Verdict], opinions: Sequence[Opinion]) -> Progress:
    """Progress of clips with these verdicts, one a clip, and the opinions that hold of them."""
    states = Counter(one.state for one in verdicts)
    counts = (states["settled"], states["open"], states["disagreement"])
    people = sorted({one.giver for one in opinions if one.kind != "model"})
    paces = {name: pace_of([one for one in opinions if one.giver == name and one.kind != "model"]) for name in people}
    return Progress(states.total(), *counts, paces)


def pace_of(opinions: Sequence[Opinion]) -> Pace:
    """How fast one annotator gave these."""
    seconds = [one.seconds for one in opinions if one.seconds is not None and one.seconds <= BREAK_SECONDS]
    times = sorted(datetime.fromisoformat(one.given_at) for one in opinions if one.kind != "imported")
    gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
    worked = [gap for gap in gaps if gap <= BREAK_SECONDS]
    known = worked and median(worked) >= FASTEST_SECONDS
    rate = 3600 * len(worked) / sum(worked) if known else None
    return Pace(len(opinions), float(median(seconds)) if seconds else None, rate)
