"""How many labels kws select needs for 95 % of the accuracy of all labels, beside clips that are chosen at random."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.bench.figures import Figure
from kws_data.bench.labels.material import LabelsBench, words_of
from kws_data.bench.labels.wrong_words import MISSING, config_of, shared_catalogue
from kws_data.catalog.catalog import Catalog
from kws_data.labels import UNKNOWN
from kws_data.quality.clip_vectors import clip_vectors, encoders_here
from kws_data.quality.selection.choose import Material, choose
from kws_data.quality.speaker_folds import speaker_folds
from kws_data.training.teachers.head import fit_head

STRATEGY, BATCH, SEEDS, QUICK_SEEDS = "mix", 10, 5, 2
DRAWS = 5  # of the random choice, a seed
SHARE, WANTED, MOST = 0.95, 0.5, 600
TESTED = 5  # a fifth of the speakers is tested
RIDGE = 0.02


@dataclass(frozen=True)
class Task:
    """Clips to choose from and to be tested on: vectors and labels, of other people."""

    vectors: NDArray[np.float16]
    labels: NDArray[np.int64]
    tested: NDArray[np.bool_]
    classes: int

    def accuracy(self, known: NDArray[np.int64]) -> float:
        """Of a head that learnt from these clips, on people who are tested."""
        head = fit_head(self.vectors[known], self.labels[known], self.classes, np.ones(len(known)), RIDGE)
        return float((head(self.vectors[self.tested]).argmax(axis=1) == self.labels[self.tested]).mean())

    def needed(self, by: str, goal: float, seed: int) -> int:
        """Labels by which the goal is reached, counted in batches; :data:`MOST` where it is not."""
        places = np.flatnonzero(~self.tested)
        known = np.zeros(0, np.int64)
        while len(known) < min(MOST, len(places)):
            material = Material(self.vectors[places], known, self.labels[places[known]], self.classes)
            known = np.concatenate([known, [one.place for one in choose(material, by, BATCH, seed)]])
            if self.accuracy(places[known]) >= goal:
                return len(known)
        return MOST


def figures(bench: LabelsBench) -> list[Figure]:
    """Labels needed by :data:`STRATEGY` as a share of those that random choice needs, over seeds."""
    what = f"labels for {SHARE:.0%} of full accuracy, {STRATEGY} against random"
    wish, started = f"≤ {WANTED:.0%}", time.perf_counter()
    with Catalog(shared_catalogue(bench)) as catalog:
        config, clips = config_of(bench, catalog), words_of(catalog)
        encoders = encoders_here(config.encoder)
        if not encoders:
            return [Figure(what, wish, MISSING, None)]
        audio = [clip.audio_sha256 for clip in clips]
        vectors = clip_vectors(catalog.folder, encoders, audio, config.clip_samples, bench.workers, bench.progress)
    names = [UNKNOWN, *config.keywords]
    labels = np.array([names.index(c.word) if c.word in config.keywords else 0 for c in clips], np.int64)
    chosen, drawn = list[int](), list[float]()
    seeds = QUICK_SEEDS if bench.quick else SEEDS
    for seed in range(bench.seed, bench.seed + seeds):
        task = Task(vectors, labels, speaker_folds(clips, TESTED, seed) == 0, len(names))
        goal = SHARE * task.accuracy(np.flatnonzero(~task.tested))
        chosen.append(task.needed(STRATEGY, goal, seed))
        drawn.append(float(np.mean([task.needed("random", goal, 100 * seed + draw) for draw in range(DRAWS)])))
        bench.progress("select", seed - bench.seed + 1, seeds)
    share = float(np.mean(chosen) / np.mean(drawn))
    measured = (
        f"{share:.0%}: {np.mean(chosen):.0f} ({min(chosen)} to {max(chosen)}) against {np.mean(drawn):.0f} labels,"
        f" {seeds} seeds"
    )
    details = {"chosen": chosen, "random": drawn, "batch": BATCH, "start": 0}
    return [Figure(what, wish, measured, share <= WANTED, time.perf_counter() - started, details)]
