"""What to do when some labels have many more clips than others. Pure functions of counts, labels and features.

Four remedies, each a setting under ``balance:``; they can be combined:

* **under-sampling** leaves out clips of large labels, whole takes of the most-heard speakers first;
* **over-sampling** draws clips of small labels more often (each time another augmented copy);
* **SMOTE** makes new training examples between a clip and its nearest neighbours of the same label
  (Chawla et al., 2002, https://arxiv.org/abs/1106.1813), here between their features;
* **class weights** let an error on a small label count more (King and Zeng, 2001).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 5
MOST_COMPARED = 2_000  # clips of a label among which neighbours are looked for


def label_shares(counts: NDArray[np.int64], strength: float) -> NDArray[np.float64]:
    """How often to draw each label: its count to the power of ``1 - strength`` (0: as they are, 1: all the same).

    Labels without a clip are never drawn.
    """
    shares = np.where(counts > 0, np.maximum(counts, 1).astype(np.float64) ** (1.0 - strength), 0.0)
    return np.asarray(shares / max(shares.sum(), 1e-12))


def class_weights(counts: NDArray[np.int64], strength: float) -> NDArray[np.float64]:
    """Weight of each label's errors: its share to the power of ``-strength``, one on average over clips."""
    present = np.maximum(counts, 1).astype(np.float64)
    weights = np.where(counts > 0, present**-strength, 0.0)
    return np.asarray(weights * counts.sum() / max(float((weights * counts).sum()), 1e-12))


def smote(
    x: NDArray[np.int8], y: NDArray[np.int64], fill: float, rng: np.random.Generator
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """New examples of small labels, between a clip and one of its nearest neighbours of the same label.

    Args:
        x: features [clips, copies, frames, features]; neighbours are found among first copies, and each copy
            of the new example lies between the same copies of the two.
        y: labels [clips].
        fill: share of the gap to the largest label that is filled, 0 to 1.
        rng: all draws are from it.

    Returns:
        Features and labels of the new examples only. A label with a single clip gets none.
    """
    counts = Counter(int(label) for label in y)
    largest = max(counts.values(), default=0)
    parts = [
        (_between(x, np.flatnonzero(y == label), round(fill * (largest - count)), rng), label)
        for label, count in sorted(counts.items())
        if count > 1
    ]
    made = [part for part, _ in parts]
    labels = [np.full(len(part), label, np.int64) for part, label in parts]
    return np.concatenate([x[:0], *made]), np.concatenate([y[:0].astype(np.int64), *labels])


def _between(x: NDArray[np.int8], members: NDArray[np.intp], count: int, rng: np.random.Generator) -> NDArray[np.int8]:
    if count <= 0:
        return x[:0]
    pool = members if len(members) <= MOST_COMPARED else np.sort(rng.choice(members, MOST_COMPARED, replace=False))
    near = nearest(x[pool, 0].reshape(len(pool), -1), NEIGHBOURS)
    base = rng.integers(len(pool), size=count)
    other = near[base, rng.integers(near.shape[1], size=count)]
    share = rng.random(count).astype(np.float32)
    made = np.empty((count, *x.shape[1:]), np.int8)
    for row in range(count):
        one = x[pool[base[row]]].astype(np.float32)
        made[row] = np.rint(one + share[row] * (x[pool[other[row]]] - one)).astype(np.int8)
    return made


def nearest(points: NDArray[np.int8], count: int) -> NDArray[np.intp]:
    """Indices [points, min(count, points - 1)] of the nearest other points, by Euclidean distance."""
    values = points.astype(np.float64)
    squares = (values**2).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2.0 * values @ values.T
    np.fill_diagonal(distances, np.inf)
    order = np.argsort(distances, axis=1, kind="stable")
    return order[:, : min(count, len(points) - 1)]


def imbalance(counts: Mapping[str, int], labels: Sequence[str]) -> float:
    """Clips of the largest of these labels for one of the smallest; infinite when one has none."""
    there: list[int] = [counts.get(label, 0) for label in labels]
    smallest = min(there, default=0)
    return max(there) / smallest if smallest else float("inf")
