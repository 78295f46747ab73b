"""Which clips two people label without seeing each other's label: a share of them, drawn by a hash.

The same clips come out whoever asks and whatever else is labelled, so that a second person joins later without a list.
The share is kept in the catalogue: whoever takes labels over asks for as many opinions as the page did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import asdict, dataclass

from kws_data.catalog.catalog import Catalog
from kws_data.errors import DataError

_KEPT = ("labelling", "doubled")  # kind and id of the profile that holds it


@dataclass(frozen=True)
class Doubled:
    """``share`` of the clips, from 0 to 1, needs two people; ``seed`` draws others of them."""

    share: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise DataError("a share is not between 0 and 1", self.share, "give one such as 0.1")

    def needed(self, clip_id: str) -> int:
        """How many people must label a clip: 1 or 2."""
        return 2 if self._drawn(clip_id) < self.share * 2**64 else 1

    def share_for(self, clip_ids: Collection[str], wanted: int) -> float:
        """The least share, in hundredths and no less than this one, at which so many of the clips need two people."""
        drawn = sorted(map(self._drawn, clip_ids))[:wanted]
        least = (int(drawn[-1] * 100 / 2**64) + 1) / 100 if drawn else 0.0
        return max(self.share, min(1.0, least))

    def _drawn(self, clip_id: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{self.seed} twice {clip_id}".encode()).digest()[:8], "big")


def kept_doubled(catalog: Catalog) -> Doubled:
    """As :func:`keep_doubled` left it, or the default."""
    kept = catalog.profile(*_KEPT)
    return Doubled() if kept is None else Doubled(float(kept["share"]), int(kept["seed"]))


def keep_doubled(catalog: Catalog, doubled: Doubled) -> None:
    """Note in the catalogue which clips need two people; what two have labelled already stays theirs."""
    if doubled != kept_doubled(catalog):
        catalog.set_profile(*_KEPT, asdict(doubled))
