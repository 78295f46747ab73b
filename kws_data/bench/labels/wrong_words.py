"""Wrong words among real clips, and whether they are found: swapped at random, or with a word that sounds alike.

How precision is counted: all that is found and was not planted counts as wrong, although some of it is an error that
the data had before. So the true precision is higher.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kws_data.bench.figures import Figure
from kws_data.bench.labels.material import Found, LabelsBench, found_of, words_of
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.quality.label_errors import LABEL_ERROR, find_label_errors
from kws_data.quality.out_of_fold import JudgeSettings, out_of_fold

SHARE = 0.05
KEYWORDS = ("down", "eight", "five", "go", "left", "one", "right", "up", "zero")  # of GSC-9
MISSING = "not measured: pip install 'kws[encoder]'"
SEEDS, QUICK_SEEDS = 3, 1
Wrong = Mapping[str, str]
Planted = Callable[[np.random.Generator], Wrong]


@dataclass(frozen=True)
class Wish:
    """What is to be reached, with and without an encoder."""

    recall: float
    precision: float

    def words(self) -> str:
        """For a table."""
        return f"recall ≥ {self.recall:.2f} at precision ≥ {self.precision:.2f}"


def shared_catalogue(bench: LabelsBench) -> Path:
    """The catalogue of parts that change nothing in theirs: what encoders heard is computed once for all of them."""
    folder = bench.work / "judged"
    return folder if folder.is_dir() else bench.catalogue(folder.name)


def config_of(bench: LabelsBench, catalog: Catalog) -> Config:
    """GSC-9 on the bench's folder: only keywords that are there, the front end of ``configs/gsc9.yaml``."""
    there = {clip.word for clip in words_of(catalog)}
    keywords = [word for word in KEYWORDS if word in there] or sorted(there)[:1]
    data = {"source": "folder", "folder": str(bench.data), "recordings": str(catalog.folder)}
    front = {"coefficients": 26}
    values = {"name": "labels", "seed": bench.seed, "keywords": keywords, "data": data, "frontend": front}
    return Config.model_validate(values)


def found_in(
    catalog: Catalog, clips: Sequence[Clip], settings: JudgeSettings, wrong: Wrong, bench: LabelsBench
) -> Found:
    """What is found where some clips have wrong words."""
    told = [replace(clip, word=wrong.get(clip.id, clip.word)) for clip in clips]
    found = out_of_fold(catalog, told, settings, progress=bench.progress)
    named = {one.clip_id for one in find_label_errors(found) if one.reason == LABEL_ERROR}
    return found_of(set(wrong), named)


def figure(
    what: str, wish: Wish, catalog: Catalog, clips: Sequence[Clip], settings: JudgeSettings, planted: Planted,
    bench: LabelsBench, seeds: int,
) -> Figure:  # fmt: skip
    """One row: all seeds together, each of them in the details."""
    started, each = time.perf_counter(), []
    for seed in range(seeds):
        rng = np.random.default_rng([bench.seed, seed, *what.encode()])
        each.append(found_in(catalog, clips, replace(settings, seed=bench.seed + seed), planted(rng), bench))
    every = Found(sum(one.planted for one in each), sum(one.found for one in each), sum(one.right for one in each))
    low = min(each, key=lambda one: one.recall), min(each, key=lambda one: one.precision)
    words = f"{every.words()}; {seeds} seeds, lowest {low[0].recall:.3f} and {low[1].precision:.3f}"
    details = {"seeds": [{**vars(one), "recall": one.recall, "precision": one.precision} for one in each]}
    passed = every.reaches(wish.recall, wish.precision)
    return Figure(what, wish.words(), words, passed, time.perf_counter() - started, details)
