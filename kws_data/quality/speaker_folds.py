"""Parts of clips by who speaks: a model that has learnt from the others is asked about one part at a time."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.clips import Clip
from kws_data.dataset.groups import Same, joined_groups
from kws_data.errors import DataError


def speaker_folds(clips: Sequence[Clip], folds: int, seed: int = 0, same: Same = ()) -> NDArray[np.int64]:
    """The part of each clip, int ``[clips]``: parts of like size, nobody and no recording in two of them.

    Args:
        clips: words that somebody says.
        folds: how many parts.
        seed: which speakers are together.
        same: groups of ids of clips that are the same recording (``near_duplicate_groups``).

    Raises:
        DataError: fewer groups of speakers than parts.
    """
    groups = joined_groups(clips, ("speaker", "near_duplicate"), same)
    sizes = Counter(groups[clip.id] for clip in clips)
    if len(sizes) < folds:
        remedy = "import recordings of more people"
        raise DataError("too few speakers to judge labels by other people's clips", len(sizes), remedy)
    filled, part = [0] * folds, dict[str, int]()
    for name in sorted(sizes, key=lambda name: (-sizes[name], _drawn(seed, name))):
        part[name] = min(range(folds), key=lambda fold: (filled[fold], fold))
        filled[part[name]] += sizes[name]
    return np.array([part[groups[clip.id]] for clip in clips], np.int64)


def _drawn(seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{seed} judge|{name}".encode()).digest()
