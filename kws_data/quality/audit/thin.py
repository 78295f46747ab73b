"""Who is missing: keywords that few people say, and combinations of attributes with fewer speakers than expected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.coverage.crosstab import crosstab
from kws_data.quality.audit.checks import limit

ATTRIBUTES = ("gender", "age", "accent", "device")


@dataclass(frozen=True)
class ThinGroup:
    """A group that lacks speakers: of what (attribute, value), how many there are and were to be expected."""

    reason: str
    values: tuple[tuple[str, str], ...]
    speakers: int
    expected: float

    @property
    def sentence(self) -> str:
        """For a person."""
        who = ", ".join(f"{name} {value}" for name, value in self.values)
        return f"{who}: {self.speakers} speakers, {self.expected:.0f} to be expected"

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "values": dict(self.values)}


def thin_groups(catalog: Catalog, clips: Sequence[Clip], keywords: Sequence[str]) -> Iterator[ThinGroup]:
    """Thin keywords, then thin cells of each pair of attributes that are known.

    Args:
        catalog: whose speakers are counted.
        clips: that are audited.
        keywords: those of the configuration; none where there is none.
    """
    people: dict[str, set[str]] = defaultdict(set)
    for clip in clips:
        people[clip.word].add(clip.speaker)
    for keyword in keywords:
        if len(people[keyword]) < limit("thin word"):
            yield ThinGroup("thin word", (("word", keyword),), len(people[keyword]), limit("thin word"))
    known = [name for name in ATTRIBUTES if any(clip.attributes.get(name) for clip in clips)]
    known += ["device"] if any(clip.device for clip in clips) and "device" not in known else []
    names = [*(["label"] if keywords else ["word"]), *dict.fromkeys(known)]
    for by in combinations(names, 2):
        for cell in crosstab(catalog, by, keywords=list(keywords) or None).thin:
            values = tuple(zip(by, cell.values, strict=True))
            yield ThinGroup("thin subgroup", values, cell.cell.speakers, cell.cell.expected_speakers)
