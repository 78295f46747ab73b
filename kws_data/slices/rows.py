"""A slice as it is reported: how many clips of how many people fail, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.slices.cut import Part
from kws_data.statistics.clusters import speaker_interval
from kws_data.statistics.intervals import share, wilson

THIN = 10  # clips; below that a share is shown grey, with its interval
Ends = tuple[float, float]


@dataclass(frozen=True)
class SliceRow:
    """One slice. An error is a keyword that was missed, or another clip in which one was detected.

    Attributes:
        conditions: attribute -> value; empty for all clips.
        clips, speakers, errors: for which they hold.
        ci95: Wilson's interval of the error rate, as if all clips were of different people.
        by_speaker95: interval of the same for other people, which is the one to go by.
        rest: error rate of all other clips of the same kind, of slices that were searched for as in
            :class:`kws_data.slices.search.FoundSlice`; None where there are none.
        p: how often chance alone makes any slice of the search so strong; None where it was not tested.
        found: whether it fails beyond chance.
        within: conditions of the found slice of which it is a part; empty for none.
    """

    conditions: Mapping[str, str]
    clips: int
    speakers: int
    errors: int
    ci95: Ends
    by_speaker95: Ends
    rest: float | None
    p: float | None = None
    found: bool = False
    within: Mapping[str, str] | None = None

    @property
    def rate(self) -> float:
        """Error rate; 0 of nothing."""
        return share(self.errors, self.clips)

    @property
    def difference(self) -> float | None:
        """Error rate less that of the rest."""
        return None if self.rest is None else self.rate - self.rest

    @property
    def thin(self) -> bool:
        """Whether there are too few clips for the share to say anything without its interval."""
        return self.clips < THIN

    def doubt(self, alpha: float) -> str:
        """What can be said of whether it fails, in a few words; empty where it does not. ``alpha`` is that of the
        search."""
        if self.found:
            return "fails"
        if self.p is not None and self.p <= alpha:
            return "fails where another slice does"
        if self.thin or self.p is None:
            return "too few clips" if self.thin else ""
        return "may be chance" if (self.difference or 0) > 0 else ""

    @property
    def tpr(self) -> float:
        """Of keyword clips: the share that is detected."""
        return 1 - self.rate

    @property
    def tpr_by_speaker95(self) -> Ends:
        """Of keyword clips: the interval of the share that is detected."""
        return 1 - self.by_speaker95[1], 1 - self.by_speaker95[0]

    def to_dict(self) -> dict[str, Any]:
        """For JSON; ``rate``, ``difference`` and ``thin`` follow from the rest and are for readers."""
        values = asdict(self) | {"conditions": dict(self.conditions), "within": dict(self.within or {})}
        values |= {"ci95": list(self.ci95), "by_speaker95": list(self.by_speaker95)}
        return {**values, "rate": self.rate, "difference": self.difference, "thin": self.thin}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SliceRow:
        """Inverse of :meth:`to_dict`."""
        own = {name: values[name] for name in cls.__dataclass_fields__}
        ends = {name: (float(values[name][0]), float(values[name][1])) for name in ("ci95", "by_speaker95")}
        return cls(**{**own, **ends, "within": values["within"] or None})


def row_of(
    part: Part,
    held: NDArray[np.bool_],
    conditions: Mapping[str, str],
    p: float | None = None,
    found: bool = False,
    within: Mapping[str, str] | None = None,
) -> SliceRow:
    """The row of the clips of a part that are ``held``, bool ``[clips]``."""
    wrong, speakers = part.wrong[held], part.speaker[held]
    clips, errors = len(wrong), int(wrong.sum())
    others = len(part.wrong) - clips
    return SliceRow(
        conditions=dict(conditions),
        clips=clips,
        speakers=len(np.unique(speakers)),
        errors=errors,
        ci95=wilson(errors, clips),
        by_speaker95=speaker_interval(wrong, speakers.astype(str).tolist()),
        rest=(int(part.wrong.sum()) - errors) / others if others else None,
        p=p,
        found=found,
        within=dict(within) if within else None,
    )
