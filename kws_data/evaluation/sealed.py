"""The sealed test: each look at a test split is noted before a figure is told, and figures say how many there were.

Whoever measures models on one test split and keeps the best has partly chosen the luckiest. Two things are done about
it: threshold, smoothing and model choice see validation people only (``tests/kws_data/test_choices.py`` holds that),
and intervals are widened by the number ``k`` of *different* models that were looked at on the split: each is given at
the level ``1 - 0.05 / k``, so that all ``k`` hold at once with 95 % (Bonferroni's inequality; Dunn 1961, J. Am. Stat.
Assoc. 56:52), and with them that of the best one. The same model measured again teaches nothing new: it is one more
look, and no further model.

What this cannot mend: models that were *made* in the light of earlier looks may fit this test better than any
correction by their number says (Dwork et al. 2015, "The reusable holdout", Science 349:636). A fresh test can.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.catalog import Catalog
from kws_data.dataset.manifest import read_columns
from kws_data.scores import FIRST_KEYWORD, UNKNOWN_LABEL
from kws_data.statistics.clusters import speaker_interval
from kws_data.statistics.intervals import wilson

ERROR = 0.05  # chance that any of the intervals is wrong
TEST = "test"

Ends = tuple[float, float]


def test_split_hash(dataset_dir: Path | str) -> str:
    """Name of a data set's test split by what is in it: 64 hex digits of its clip ids, labels and audio hashes.

    The order of clips, training clips, augmentation and front end do not matter, so configurations that are tested on
    the same clips share it. Other keywords, or one clip more, make another test.

    Raises:
        DataError: the data set is not built, or its manifest is damaged.
    """
    columns = read_columns(dataset_dir, "split", "clip_id", "label", "audio_sha256")
    rows = sorted(row for split, *row in zip(*columns.values(), strict=True) if split == TEST)
    return hashlib.sha256("\n".join("\t".join(row) for row in rows).encode()).hexdigest()


@dataclass(frozen=True)
class SealedTest:
    """A test split, and how often it was looked at, this time included.

    Attributes:
        sha256: of what is in it, see :func:`test_split_hash`.
        looks: how many are on record in the catalogue.
        models: of how many different models.
    """

    sha256: str
    looks: int
    models: int

    @property
    def level(self) -> float:
        """Level of each interval that lets all of them hold at once with 95 %."""
        return 1 - ERROR / max(1, self.models)

    def interval(self, hits: int, total: int) -> Ends:
        """A proportion's interval by clip, corrected for the looks (Wilson's, at :attr:`level`)."""
        return wilson(hits, total, self.level)

    @property
    def note(self) -> str:
        """In words, for people."""
        if not self.looks:
            return "No look at this test split is on record in the catalogue: its intervals are not corrected."
        times = "once" if self.looks == 1 else f"{self.looks} times"
        if self.models <= 1:
            return f"This test split was looked at {times}, with one model: its intervals need no correction."
        return (
            f"This test split was looked at {times}, with {self.models} models: each interval is given at"
            f" {100 * self.level:.4g} %, so that those of all {self.models} hold at once with 95 %."
        )

    def to_dict(self, clips: DecidedClips) -> dict[str, Any]:
        """The block ``sealed`` of report.json.

        The counts are facts of the catalogue, not of the configuration: a run that is evaluated again says one look
        more. All else of a report is the same for the same configuration, data and seed.
        """
        return {
            "test_sha256": self.sha256,
            "looks": self.looks,
            "models": self.models,
            "level": self.level,
            **self._ends("tpr", *clips.keywords()),
            **self._ends("fpr", *clips.others()),
            "note": self.note,
        }

    def _ends(self, name: str, hits: NDArray[np.bool_], speakers: Sequence[str]) -> dict[str, list[float]]:
        """The corrected intervals of a share, by clip and for other people; [0, 1] for what was not measured."""
        by_speaker = speaker_interval(hits, speakers, self.level)
        by_clip = self.interval(int(hits.sum()), len(hits))
        return {f"{name}_ci": list(by_clip), f"{name}_ci_by_speaker": list(by_speaker)}


@dataclass(frozen=True)
class DecidedClips:
    """Clips and what was detected in them.

    Attributes:
        y: true label, int ``[clips]``; 0 and 1 are no keywords.
        detected: detected label, int ``[clips]``, -1 where nothing was.
        speakers: of each clip, the recording where nobody speaks.
    """

    y: NDArray[Any]
    detected: NDArray[np.int64]
    speakers: Sequence[str]

    def keywords(self) -> tuple[NDArray[np.bool_], list[str]]:
        """Which keyword clips were detected as their keyword, and who says them."""
        chosen = np.flatnonzero(self.y >= FIRST_KEYWORD)
        return (self.detected == self.y)[chosen], [self.speakers[place] for place in chosen.tolist()]

    def others(self) -> tuple[NDArray[np.bool_], list[str]]:
        """In which clips without a keyword one was detected, and who is heard; none where nobody says another word."""
        chosen = np.flatnonzero(self.y < FIRST_KEYWORD)
        if not (self.y[chosen] >= UNKNOWN_LABEL).any():
            chosen = chosen[:0]
        return (self.detected >= 0)[chosen], [self.speakers[place] for place in chosen.tolist()]


def sealed_test(recordings: Path | str, dataset_dir: Path | str) -> SealedTest:
    """How often a data set's test split was looked at, as the catalogue in ``recordings`` knows; notes nothing.

    Raises:
        DataError: the data set is not built.
        CatalogError: the catalogue cannot be read.
    """
    sha256 = test_split_hash(dataset_dir)
    with Catalog(recordings) as catalog:
        return SealedTest(sha256, *catalog.looks.counts(sha256))


@dataclass(frozen=True)
class Looking:
    """Who looks, through which verb, and why; the login name where nobody says who."""

    verb: str
    reason: str
    who: str | None = None


def look(
    recordings: Path | str, dataset_dir: Path | str, config: str, models: Sequence[str], looking: Looking
) -> SealedTest:
    """Note a look at a data set's test split with each of these models: before any figure of it is written or told.

    Args:
        recordings: folder of the catalogue.
        dataset_dir: whose test split.
        config: name of the configuration.
        models: SHA-256 of the int8 files that were measured.
        looking: through what, why, who.

    Returns:
        How often it was looked at, this time included.

    Raises:
        DataError: there is no reason, or the data set is not built.
        CatalogError: the catalogue cannot be written: then nobody may look.
    """
    sha256 = test_split_hash(dataset_dir)
    with Catalog(recordings) as catalog:
        for model in models:
            catalog.looks.record(sha256, config, model, looking.verb, looking.reason, looking.who)
        return SealedTest(sha256, *catalog.looks.counts(sha256))
