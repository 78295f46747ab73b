"""One thing to know and to do, and what advice is given on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kws_data.pages.html import Verdict
from kws_data.report.mistakes import Mistake

#: Tiers of findings, the most pressing first; what is told of the detector's mistakes is in one, ranked by size.
WORTHLESS, FORBIDDEN, ASKED, TWO_RESULTS, MISTAKES, THIN, WEAKEST = range(7)


@dataclass(frozen=True)
class Finding:
    """One thing that a reader should know, and do.

    Attributes:
        about: which kind of finding it is.
        verdict: bad (proven), doubt (not excluded) or good.
        sentence: with its numbers; ``remedy``: what to do.
        section: of the page that shows it.
        tier: place among findings of one verdict, 0 first; ``size`` (0 to 1) decides within a tier, the larger first.
    """

    about: str
    verdict: Verdict
    sentence: str
    remedy: str
    section: str
    tier: int
    size: float = 0.0

    @property
    def text(self) -> str:
        """Sentence and remedy as one sentence."""
        return f"{self.sentence}: {self.remedy}."

    def to_dict(self) -> dict[str, Any]:
        """As in report.json."""
        return {"about": self.about, "verdict": self.verdict, "sentence": self.text, "section": self.section}


@dataclass(frozen=True)
class Evidence:
    """What advice is given on.

    Attributes:
        report: as report.json.
        mistakes: of the file that ships, on test clips, the most frequent first.
        max_fpr: for which the threshold was set, on validation clips.
        words, synthetic: test clips with words, and how many of them synthetic voices say.
        slices: as slices.json; None where it was not written.
    """

    report: Mapping[str, Any]
    mistakes: Sequence[Mistake] = ()
    max_fpr: float = 0.015
    words: int = 0
    synthetic: int = 0
    slices: Mapping[str, Any] | None = None
