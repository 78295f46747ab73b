"""What the parts of the bench work on: a catalogue of real clips in a temporary folder, and errors planted in it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Change
from kws_data.catalog.clips import Clip
from kws_data.labels import BACKGROUND
from kws_data.progress import Progress, no_progress
from kws_data.sources.imports.find_layout import import_layout

LAYOUT = "speech-commands"
QUICK_CLIPS = 800


@dataclass(frozen=True)
class LabelsBench:
    """One call of the bench.

    Attributes:
        data: a Speech Commands folder.
        work: an empty folder for all that is made, which the caller deletes.
        quick: fewer clips, seeds and repetitions.
        seed: of all that is planted.
        workers: processes.
        progress: told how far it is.
        more: a second folder of the same layout, with words that sound like those of the first.
    """

    data: Path
    work: Path
    quick: bool = False
    seed: int = 0
    workers: int = 2
    progress: Progress = no_progress
    more: Path | None = None

    def rng(self, part: str) -> np.random.Generator:
        """Random numbers of a part, which do not depend on the other parts."""
        return np.random.default_rng([self.seed, *part.encode()])

    def catalogue(self, name: str) -> Path:
        """A new catalogue below ``work`` with all clips of ``data``, of its own to be changed; the audio is shared.

        The folder is read once a bench; with ``quick`` all but :data:`QUICK_CLIPS` clips, drawn by the seed, are set
        aside.

        Raises:
            DataError: the folder is missing or holds no clips.
        """
        base = self.work / "imported"
        if not base.is_dir():
            with Catalog(base) as catalog:
                for folder in (self.data, *([self.more] if self.more else [])):
                    import_layout(catalog, LAYOUT, folder, self.progress)
                if self.quick:
                    keep_some(catalog, QUICK_CLIPS, self.rng("quick"))
        folder = self.work / name
        shutil.copytree(base, folder, copy_function=_linked, ignore=shutil.ignore_patterns("catalog.sqlite*"))
        for file in base.glob("catalog.sqlite*"):
            shutil.copy2(file, folder / file.name)
        return folder


def _linked(source: str, target: str) -> str:
    """One more name of a file of audio, or a copy where the file system has no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def words_of(catalog: Catalog) -> list[Clip]:
    """Clips that hold a word: no background noise, none that is set aside; in the order of their ids."""
    return [clip for clip in catalog.clips() if clip.word != BACKGROUND]


def keep_some(catalog: Catalog, count: int, rng: np.random.Generator) -> None:
    """Set all but ``count`` clips aside, drawn so that whole words and speakers stay mixed as they are."""
    clips = words_of(catalog)
    chosen = {clips[place].id for place in rng.permutation(len(clips))[:count].tolist()}
    changes = [Change(clip.id, "reasons", "not in the quick bench") for clip in clips if clip.id not in chosen]
    catalog.changes.record("bench", "quick", changes=changes)


@dataclass(frozen=True)
class Found:
    """How much of what was planted was found, and how much of what was found was planted."""

    planted: int
    found: int
    right: int

    @property
    def recall(self) -> float:
        """Share of the planted that was found; 1 when nothing was planted."""
        return self.right / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        """Share of the found that was planted; 1 when nothing was found."""
        return self.right / self.found if self.found else 1.0

    def words(self) -> str:
        """For a table."""
        return f"recall {self.recall:.3f}, precision {self.precision:.3f} ({self.right} of {self.planted} planted)"

    def reaches(self, recall: float, precision: float) -> bool:
        """Whether both are reached."""
        return self.recall >= recall and self.precision >= precision


def found_of(planted: set[str], found: set[str]) -> Found:
    """Two sets of clip ids, compared."""
    return Found(len(planted), len(found), len(planted & found))
