"""The clips that are to be labelled next, in their order, by one of several strategies.

``cluster`` needs no labels: clips that stand for many others and are unlike those that have labels. The strategies of
doubt need a head that has learnt from some. ``mix`` chooses clips that stand for many others, too, and for those above
all that are in doubt, as soon as two classes have labels. docs/label_errors.md says what each was worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError
from kws_data.quality.head_votes import chances, fitted_head
from kws_data.quality.selection.difference import places_of, spread_out, typical_of_clusters
from kws_data.quality.selection.doubt import DOUBTS, Chances, Doubts, margin, vote_entropy
from kws_data.quality.selection.herding import herd
from kws_data.training.teachers.head import fit_head

STRATEGIES = ("mix", "cluster", "margin", "least-confidence", "entropy", "committee", "slices", "random")
MEMBERS = 5
DOUBTFUL = 8  # times as many doubtful clips as are wanted, from which unlike ones are drawn


@dataclass(frozen=True)
class Material:
    """What is chosen from.

    Attributes:
        vectors: of all clips, float16 ``[clips, values]``.
        known: places of clips that have labels.
        given: their classes.
        classes: how many classes there are.
        weights: of all clips, more where they belong to slices that fail; for ``slices``.
    """

    vectors: NDArray[np.float16]
    known: NDArray[np.int64]
    given: NDArray[np.int64]
    classes: int
    weights: NDArray[np.float64] | None = None

    @property
    def pool(self) -> NDArray[np.int64]:
        """Places of clips without labels."""
        return np.setdiff1d(np.arange(len(self.vectors)), self.known)


@dataclass(frozen=True)
class Chosen:
    """A clip: its place, how strongly it is wanted (in the strategy's own unit), and why in words."""

    place: int
    value: float
    why: str


def choose(material: Material, by: str, budget: int, seed: int = 0) -> list[Chosen]:
    """At most ``budget`` clips without labels, the first first.

    Raises:
        DataError: no clip without a label, a strategy that does not exist, or one that needs labels where there are
            too few.
    """
    if by not in STRATEGIES:
        raise DataError("no such way to choose clips", by, f"one of {', '.join(STRATEGIES)}")
    pool = material.pool
    if not len(pool):
        raise DataError(
            "every clip has a label", len(material.vectors), "import clips without labels, or name a --pool"
        )
    rng = np.random.default_rng([seed, len(material.known)])
    if by == "random":
        return [Chosen(int(n), 0.0, "drawn at random") for n in rng.permutation(pool)[:budget]]
    if by == "cluster":
        return _by_cluster(material, budget, seed)
    if by == "mix":
        return _mixed(material, budget, seed, rng)
    if len(np.unique(material.given)) < 2:
        raise DataError(
            "too few labels to tell what is in doubt", len(material.known), "choose with --by cluster first"
        )
    doubt = _doubts(material, by, pool, rng)
    if by == "slices":
        return _of_slices(material, pool, doubt, budget, rng)
    order = np.argsort(-doubt, kind="stable")[:budget]
    return [Chosen(int(pool[n]), round(float(doubt[n]), 4), f"{by} {doubt[n]:.2f}") for n in order]


def _by_cluster(material: Material, budget: int, seed: int) -> list[Chosen]:
    typical = typical_of_clusters(places_of(material.vectors), material.known.tolist(), budget, seed)
    return [Chosen(n, 0.0, _stands_for(material)) for n in typical]


def _stands_for(material: Material) -> str:
    return "stands for clips unlike those that have labels" if len(material.known) else "stands for many clips"


def _doubts(material: Material, by: str, pool: NDArray[np.int64], rng: np.random.Generator) -> Doubts:
    if by == "committee":
        return vote_entropy(np.stack([_member(material, pool, rng) for _ in range(MEMBERS)]))
    head = fitted_head(material.vectors[material.known], material.given, material.classes, rng)
    return DOUBTS.get(by, margin)(chances(head, material.vectors[pool]))


def _member(material: Material, pool: NDArray[np.int64], rng: np.random.Generator) -> Chances:
    """What a head says that has learnt from labelled clips drawn with repeats (query by bagging, Abe & Mamitsuka
    1998)."""
    counts = np.bincount(rng.integers(len(material.known), size=len(material.known)), minlength=len(material.known))
    there = counts > 0
    vectors, given = material.vectors[material.known][there], material.given[there]
    head = fit_head(vectors, given, material.classes, counts[there].astype(np.float64))
    return chances(head, material.vectors[pool])


def _mixed(material: Material, budget: int, seed: int, rng: np.random.Generator) -> list[Chosen]:
    """Clips that stand for many, and as soon as a head can tell two classes apart, for many that are in doubt."""
    doubt, why = None, _stands_for(material)
    if len(np.unique(material.given)) > 1:
        doubt = np.zeros(len(material.vectors), np.float64)
        doubt[material.pool] = _doubts(material, "mix", material.pool, rng)
        why = "stands for clips in doubt"
    herded = herd(places_of(material.vectors), material.known, budget, doubt, seed)
    return [Chosen(place, round(gain, 6), why) for place, gain in herded]


def _of_slices(
    material: Material, pool: NDArray[np.int64], doubt: Doubts, budget: int, rng: np.random.Generator
) -> list[Chosen]:
    """Clips in doubt, drawn unlike each other, those of failing slices more often."""
    weighted = doubt if material.weights is None else doubt * material.weights[pool]
    order = np.argsort(-weighted, kind="stable")[: DOUBTFUL * budget]
    places = places_of(material.vectors)[pool[order]]
    drawn = spread_out(places, np.maximum(weighted[order], 1e-6), budget, rng)
    why = "in doubt, of a group that fails or is thin"
    return [Chosen(int(pool[order[n]]), round(float(weighted[order[n]]), 4), why) for n in drawn]
