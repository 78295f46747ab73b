"""Leaving out training clips of labels that have too many."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable


def undersample(clips: Iterable[tuple[str, str, str]], ratio: float, seed: int) -> set[str]:
    """Ids to leave out so that no label has more than ``ratio`` times the clips of the smallest.

    Speakers who said a label most often give first, so that as many people as can be stay. The choice depends on
    the seed and the ids alone.

    Args:
        clips: (id, label, speaker) of each training clip.
        ratio: at least 1.
        seed: of the run.
    """
    by_label: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for identity, label, speaker in clips:
        by_label[label][speaker].append(identity)
    if not by_label:
        return set()
    limit = int(ratio * min(sum(map(len, speakers.values())) for speakers in by_label.values()))
    left_out: set[str] = set()
    for speakers in by_label.values():
        ranked = [
            (rank, _order(seed, identity), identity)
            for ids in speakers.values()
            for rank, identity in enumerate(sorted(ids, key=lambda i: _order(seed, i)))
        ]
        left_out.update(identity for _, _, identity in sorted(ranked)[limit:])
    return left_out


def _order(seed: int, identity: str) -> bytes:
    return hashlib.sha256(f"{seed} balance {identity}".encode()).digest()
