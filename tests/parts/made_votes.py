"""What out-of-fold judges might say: vectors of classes that lie apart, some clips with a wrong label."""

from __future__ import annotations

import numpy as np

from kws_data.quality.head_votes import head_votes
from kws_data.quality.out_of_fold import OutOfFold, in_rounds


def made_votes(clips: int = 300, classes: int = 3, wrong: int = 15, seed: int = 0) -> tuple[OutOfFold, set[str]]:
    """Clips of classes around corners of a cube, and the ids of those whose label was swapped."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(classes, size=clips)
    vectors = (2.5 * np.eye(8)[truth] + rng.normal(0, 0.4, (clips, 8))).astype(np.float16)
    given, swapped = truth.astype(np.int64), rng.permutation(clips)[:wrong]
    given[swapped] = (truth[swapped] + 1) % classes
    folds = np.arange(clips) % 5
    votes = in_rounds(lambda trusted: head_votes(vectors, given, classes, folds, trusted), given, rounds=2)
    ids = tuple(f"{n:04}" for n in range(clips))
    names = tuple(f"word{n}" for n in range(classes))
    return OutOfFold(ids, names, votes, vectors, "made", given, folds), {ids[n] for n in swapped}
