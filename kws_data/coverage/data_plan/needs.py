"""What a catalogue lacks of its plan, one need a line, each with what to call next."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kws_data.coverage.data_plan.plan import DataPlan

#: Kinds of needs, the most urgent first: without terms nothing may be used, without people nothing else can be met.
ORDER = ("terms", "people", "words", "subgroups", "negatives", "conditions", "quality", "labels")


@dataclass(frozen=True)
class Need:
    """One thing that is wanted.

    Attributes:
        kind: one of :data:`ORDER`.
        what: that is wanted, in a few words.
        wanted, found: as numbers.
        unit: of both; ``share`` is shown in percent.
        at_most: whether ``wanted`` is an upper limit.
        next: what to call.
        note: what else is to be known.
    """

    kind: str
    what: str
    wanted: float
    found: float
    unit: str
    at_most: bool = False
    next: tuple[str, ...] = ()
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether nothing is missing."""
        return self.found <= self.wanted + 1e-9 if self.at_most else self.found >= self.wanted - 1e-9

    @property
    def missing_share(self) -> float:
        """How much of what is wanted is missing, 0 to 1."""
        if self.met:
            return 0.0
        if self.at_most:
            return min(1.0, (self.found - self.wanted) / max(self.found, 1e-9))
        return min(1.0, (self.wanted - self.found) / max(abs(self.wanted), 1e-9))

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "met": self.met}


def in_order(needs: Sequence[Need]) -> list[Need]:
    """Needs that are not met, the most urgent first: by kind, then by how much is missing."""
    missing = [need for need in needs if not need.met]
    return sorted(missing, key=lambda need: (ORDER.index(need.kind), -need.missing_share, need.what))


#: Attributes of the plan -> what ``kws record`` calls them.
_RECORD = {"accent": "--accent", "age": "--age-band", "room": "--room", "distance": "--distance"}


class Calls:
    """Commands that bring in what is missing."""

    def __init__(self, plan: DataPlan, recordings: str) -> None:
        self._plan, self._at = plan, [] if recordings == "recordings" else ["--recordings", recordings]
        self._terms = ["--licence", plan.licences[0]]
        self._consent = plan.consents[0] if plan.consents else "research"

    def record(self, name: str = "", value: str = "", words: Sequence[str] = ()) -> str:
        """Another person before a board, of a group or in a place where that is said."""
        if name and name not in _RECORD:
            return self.collect(words)
        said = [_RECORD[name], value] if name else []
        consent = ["--consent", self._consent]
        call = ["kws", "record", "--speaker", "NAME", *self._words(words), *said, *consent, *self._terms, *self._at]
        return shlex.join(call)

    def collect(self, words: Sequence[str] = ()) -> str:
        """More people in their browsers, who are asked for age, gender, accent and language."""
        return shlex.join(["kws", "collect", *self._words(words), *self._terms, *self._at])

    def negatives(self, hours: float, kind: str = "") -> str:
        """Hours of a room."""
        length = f"{max(1, round(hours * 60))}m"
        consent = ["--consent", self._consent]
        kinds = ["--kind", kind] if kind else []
        call = ["kws", "record", "--continuous", length, "--negatives", *kinds, "--speaker", "NAME", *consent]
        return shlex.join([*call, *self._terms, *self._at])

    def look(self, *what: str) -> str:
        """Another verb on the same catalogue."""
        return shlex.join(["kws", *what, *self._at])

    def _words(self, words: Sequence[str]) -> list[str]:
        return ["--words", ",".join(words or self._plan.words), "--takes", str(self._plan.takes)]
