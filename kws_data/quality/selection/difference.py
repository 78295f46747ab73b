"""Clips that differ from each other and from those that are labelled, by what an encoder hears."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.float32]
COMPONENTS = 32
MOST_CLUSTERS = 500
NEIGHBOURS = 20
_MANY = 10_000  # clips, from which clusters are found batch by batch


def places_of(vectors: NDArray[np.float16]) -> Places:
    """Whitened principal components of unit length, float32 ``[clips, components]``."""
    from sklearn.decomposition import PCA

    exact = np.asarray(vectors, np.float32)
    exact = (exact - exact.mean(axis=0)) / np.maximum(exact.std(axis=0), 1e-3)
    count = min(COMPONENTS, *exact.shape)
    reduced = PCA(count, whiten=True, svd_solver="randomized", random_state=0).fit_transform(exact)
    return np.asarray(reduced / np.maximum(np.linalg.norm(reduced, axis=1, keepdims=True), 1e-6), np.float32)


def typical_of_clusters(places: Places, known: Sequence[int], count: int, seed: int) -> list[int]:
    """The most typical clip of each of ``count`` clusters, those without a labelled clip first, the largest first.

    TypiClust (Hacohen, Dekel & Weinshall, "Active learning on a budget: opposite strategies suit high and low budgets",
    ICML 2022): where few labels are there, clips that stand for many others teach more than those in doubt.

    Args:
        places: of all clips ``[clips, components]``.
        known: clips that have labels.
        count: of clips to choose, none of ``known``; fewer come back where there are fewer.
        seed: of the clusters.
    """
    left, chosen, taken = min(count, len(places) - len(known)), list[int](), set(known)
    while len(chosen) < left:
        wanted = left - len(chosen)
        clusters = _clusters(places, min(len(taken) + wanted, MOST_CLUSTERS, len(places)), seed)
        sizes = np.bincount(clusters)
        covered = np.bincount(clusters[sorted(taken)], minlength=len(sizes)) if taken else np.zeros(len(sizes), int)
        for cluster in sorted(range(len(sizes)), key=lambda c: (covered[c], -sizes[c], c)):
            inside = np.array([n for n in np.flatnonzero(clusters == cluster) if n not in taken], np.int64)
            if len(inside) and wanted:
                best = int(inside[_far_from_neighbours(places, inside, np.flatnonzero(clusters == cluster)).argmin()])
                chosen.append(best)
                taken.add(best)
                wanted -= 1
    return chosen


def _clusters(places: Places, count: int, seed: int) -> NDArray[np.int64]:
    from sklearn.cluster import KMeans, MiniBatchKMeans

    kind = MiniBatchKMeans if len(places) > _MANY else KMeans
    return np.asarray(kind(count, n_init=1, max_iter=50, random_state=seed).fit(places).labels_, np.int64)


def _far_from_neighbours(places: Places, asked: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float32]:
    """Mean distance of clips to their nearest neighbours among others (themselves included)."""
    near = min(NEIGHBOURS + 1, len(others))
    distances = np.sqrt(np.maximum(2 - 2 * places[asked] @ places[others].T, 0))
    return np.asarray(np.partition(distances, near - 1, axis=1)[:, :near].mean(axis=1), np.float32)


def spread_out(places: Places, weights: NDArray[np.float64], count: int, rng: np.random.Generator) -> list[int]:
    """``count`` clips drawn far from each other, the heavier the likelier: the seeding of k-means++ (Arthur &
    Vassilvitskii 2007) with weights; the first is the heaviest.

    Args:
        places: ``[clips, components]``.
        weights: ``[clips]``, none below zero.
        count: of clips.
        rng: draws.
    """
    chosen, distance = list[int](), np.full(len(places), np.inf)
    for _ in range(min(count, len(places))):
        chances = distance * weights if chosen else np.zeros(0)
        if chosen and chances.sum() > 0:
            one = int(rng.choice(len(places), p=chances / chances.sum()))
        else:
            free = np.setdiff1d(np.arange(len(places)), chosen)
            one = int(free[np.argmax(weights[free])])
        chosen.append(one)
        distance = np.minimum(distance, np.maximum(((places - places[one]) ** 2).sum(axis=1), 0))
        distance[chosen] = 0.0
    return chosen
