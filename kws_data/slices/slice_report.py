"""What slices say of a run, as values, and the JSON that others rely on: ``runs/<name>/report/slices.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kws_data.run_folder import read_result
from kws_data.slices.fairness import EqualOpportunity
from kws_data.slices.record_next import RecordNext
from kws_data.slices.rows import SliceRow
from kws_data.slices.words import short

SLICES_FILE = "slices.json"
MISSED, FALSE_ACCEPTS = "missed", "false_accepts"
SCHEMA = 1


@dataclass(frozen=True)
class KindSlices:
    """One kind of error: keyword clips that are ``missed``, or other clips that are ``false_accepts``.

    Attributes:
        kind: which.
        everything: all clips of the kind.
        by: attribute -> its groups, in their order.
        worst: slices that fail beyond chance, then the strongest of the others, which may be chance.
        tested: how many slices the search tested.
        folded: how many more are as strong, of which a slice in ``worst`` says as much.
        correlation: of the clips of one speaker, 0 to 1.
        dropped: attributes that do not tell these clips apart, and why.
    """

    kind: str
    everything: SliceRow
    by: Mapping[str, tuple[SliceRow, ...]]
    worst: tuple[SliceRow, ...]
    tested: int
    folded: int
    correlation: float
    dropped: Mapping[str, str]

    @property
    def found(self) -> tuple[SliceRow, ...]:
        """Slices that fail beyond chance, the strongest first."""
        return tuple(row for row in self.worst if row.found)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "kind": self.kind,
            "everything": self.everything.to_dict(),
            "by": {name: [row.to_dict() for row in rows] for name, rows in self.by.items()},
            "worst": [row.to_dict() for row in self.worst],
            "tested": self.tested,
            "folded": self.folded,
            "correlation": self.correlation,
            "dropped": dict(self.dropped),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> KindSlices:
        """Inverse of :meth:`to_dict`."""
        return cls(
            kind=values["kind"],
            everything=SliceRow.from_dict(values["everything"]),
            by={name: tuple(map(SliceRow.from_dict, rows)) for name, rows in values["by"].items()},
            worst=tuple(map(SliceRow.from_dict, values["worst"])),
            tested=values["tested"],
            folded=values["folded"],
            correlation=values["correlation"],
            dropped=values["dropped"],
        )


@dataclass(frozen=True)
class SliceReport:
    """Which clips of a run fail.

    Attributes:
        engine, split: whose decisions on which clips.
        depth, least_clips, least_speakers, alpha: of the search.
        missed: keyword clips; None where there are none.
        false_accepts: all other clips; None where there are none.
        worst: the slice of keyword clips with the lowest TPR that a gate may judge (:func:`worst_slice`).
        equal_opportunity: of each attribute, the largest difference first.
        record_next: what to record, failing slices first.
        sentences: what all this says, the most important first.
    """

    engine: str
    split: str
    depth: int
    least_clips: int
    least_speakers: int
    alpha: float
    missed: KindSlices | None
    false_accepts: KindSlices | None
    worst: SliceRow | None
    equal_opportunity: tuple[EqualOpportunity, ...]
    record_next: tuple[RecordNext, ...]
    sentences: tuple[str, ...]

    @property
    def kinds(self) -> tuple[KindSlices, ...]:
        """The kinds of clips there are."""
        return tuple(kind for kind in (self.missed, self.false_accepts) if kind is not None)

    def to_dict(self) -> dict[str, Any]:
        """As in slices.json."""
        return {
            "schema": SCHEMA,
            **{name: getattr(self, name) for name in _PLAIN},
            "missed": self.missed and self.missed.to_dict(),
            "false_accepts": self.false_accepts and self.false_accepts.to_dict(),
            "worst": self.worst and self.worst.to_dict(),
            **self._tpr(),
            "equal_opportunity": [one.to_dict() for one in self.equal_opportunity],
            "record_next": [one.to_dict() for one in self.record_next],
            "sentences": list(self.sentences),
        }

    def block(self) -> dict[str, Any]:
        """The block ``slices`` of report.json: worst slice, found slices, equal opportunity, sentences."""
        found = {kind.kind: [row.to_dict() for row in kind.found] for kind in self.kinds}
        return {
            **{name: getattr(self, name) for name in _PLAIN},
            "worst": self.worst and self.worst.to_dict(),
            **self._tpr(),
            "tested": {kind.kind: kind.tested for kind in self.kinds},
            "found": found,
            "equal_opportunity": [one.to_dict() for one in self.equal_opportunity],
            "sentences": list(self.sentences),
        }

    def _tpr(self) -> dict[str, Any]:
        """What a gate holds: the figure with its interval by speaker, and which clips these are."""
        if self.worst is None:
            return {"worst_slice_tpr": None}
        low, high = self.worst.tpr_by_speaker95
        counted = {"clips": self.worst.clips, "speakers": self.worst.speakers, "name": short(self.worst.conditions)}
        return {"worst_slice_tpr": {"value": self.worst.tpr, "low": low, "high": high, **counted}}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SliceReport:
        """Inverse of :meth:`to_dict`."""
        missed, false_accepts = (
            values[kind] and KindSlices.from_dict(values[kind]) for kind in (MISSED, FALSE_ACCEPTS)
        )
        return cls(
            **{name: values[name] for name in _PLAIN},
            missed=missed,
            false_accepts=false_accepts,
            worst=values["worst"] and SliceRow.from_dict(values["worst"]),
            equal_opportunity=tuple(map(EqualOpportunity.from_dict, values["equal_opportunity"])),
            record_next=tuple(map(RecordNext.from_dict, values["record_next"])),
            sentences=tuple(values["sentences"]),
        )

    @classmethod
    def load(cls, folder: Path) -> SliceReport:
        """What the step *slices* wrote into ``runs/<name>/report``; raises DataError, which names the call."""
        return read_result(folder / SLICES_FILE, "slices", cls.from_dict, "slices")


_PLAIN = ("engine", "split", "depth", "least_clips", "least_speakers", "alpha")
