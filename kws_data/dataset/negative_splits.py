"""Who of the negatives is learnt from, who chooses thresholds, who is tested: whole people, else whole recordings.

Each kind of sound is dealt by itself, so that there is some of each in every split as far as there are groups. A long
recording of nobody known (a night in a room) is all that there is of its kind: it is cut by time.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kws_data.catalog.clips import Clip
from kws_data.catalog.negative_clips import KINDS, STRETCH_S, start_of
from kws_data.errors import LeakError

#: Shares of the hours of each kind; where two would get as much, the first does.
SHARES = {"train": 0.7, "test": 0.15, "validation": 0.15}
LONG_S = 600.0
_GIVEN = {"training": "train", "validation": "validation", "testing": "test"}


@dataclass(frozen=True)
class Recording:
    """A recording, or a part of one.

    Attributes:
        name: of the recording.
        kind: what is heard.
        person: who; empty when nobody knows.
        given: split that its table says, as the catalogue calls it.
        clips: its stretches in the order of time; not empty.
        made: whether a run let a program make it, so that its split follows from who speaks or what it is for.
    """

    name: str
    kind: str
    person: str
    given: str
    clips: tuple[Clip, ...]
    made: bool = False

    @property
    def split(self) -> str:
        """The split that its table says, or an empty text."""
        return _GIVEN.get(self.given, "")

    @property
    def samples(self) -> int:
        """From its first sample to its last."""
        return self.end - self.start

    @property
    def start(self) -> int:
        """Its first sample in the whole recording."""
        return start_of(self.clips[0])

    @property
    def end(self) -> int:
        """The sample after its last."""
        return max(start_of(clip) + clip.samples for clip in self.clips)

    @property
    def group(self) -> str:
        """What stays together: a person, or a recording of nobody known."""
        return f"person {self.person}" if self.person else f"recording {self.name}"


def dealt(recordings: Sequence[Recording], people: Mapping[str, str], seed: int) -> list[tuple[Recording, str]]:
    """Recordings and parts of recordings with the split of each, in the order of the recordings.

    Args:
        recordings: that are used.
        people: the split of those of whom there are other clips.
        seed: of the run.

    Raises:
        LeakError: by their tables a person would be in two splits.
    """
    pieces: list[tuple[Recording, str]] = []
    for one in recordings:
        pieces += _cut(one) if not (one.person or one.split) and _is_long(one) else [(one, "")]
    splits = _fixed((one for one, split in pieces if not split), people)
    for kind in KINDS:
        _deal([(one, split) for one, split in pieces if one.kind == kind], splits, seed)
    return [(one, split or splits[one.group]) for one, split in pieces]


def _is_long(one: Recording) -> bool:
    return len(one.clips) * STRETCH_S > LONG_S


def _cut(one: Recording) -> Iterable[tuple[Recording, str]]:
    """Its first seven tenths for training, then a part for validation, and the end for the test."""
    count = len(one.clips)
    first, second = round(count * SHARES["train"]), round(count * (SHARES["train"] + SHARES["validation"]))
    for split, clips in (
        ("train", one.clips[:first]),
        ("validation", one.clips[first:second]),
        ("test", one.clips[second:]),
    ):
        yield replace(one, clips=clips), split


def _fixed(recordings: Iterable[Recording], people: Mapping[str, str]) -> dict[str, str]:
    """Splits of groups that are settled: by clips with labels, or by a table."""
    splits: dict[str, str] = {}
    for one in recordings:
        split = people.get(one.person, "") or one.split
        if split and splits.setdefault(one.group, split) != split:
            remedy = "give all recordings of a person one split in metadata.csv"
            raise LeakError(f"the same speaker stands in {splits[one.group]} and {split}", one.name, remedy)
    return splits


def _deal(pieces: Sequence[tuple[Recording, str]], splits: dict[str, str], seed: int) -> None:
    """Give each group that has no split yet to the split that lacks most; ``splits`` takes them."""
    had = dict.fromkeys(SHARES, 0)
    free: dict[str, int] = defaultdict(int)
    for one, split in pieces:
        if where := split or splits.get(one.group, ""):
            had[where] += one.samples
        else:
            free[one.group] += one.samples
    total = sum(had.values()) + sum(free.values())
    order = sorted(free, key=lambda group: hashlib.sha256(f"{seed} negatives {group}".encode()).digest())
    for number, group in enumerate(order):
        empty = [split for split in SHARES if not had[split]]
        open_to = empty if len(order) - number <= len(empty) else list(SHARES)
        chosen = max(open_to, key=lambda split: SHARES[split] * total - had[split])
        splits[group] = chosen
        had[chosen] += free[group]


def check_voices(pieces: Iterable[tuple[Recording, str]], labelled: Iterable[Clip], splits: Mapping[str, str]) -> int:
    """Look at the voices of synthetic people, which several may share: none is in two splits; returns 0.

    Args:
        pieces: of all recordings that are used, with their splits.
        labelled: clips with labels.
        splits: of those, by id.

    Raises:
        LeakError: naming the first.
    """
    seen = {str(clip.attributes["variant"]): splits[clip.id] for clip in labelled if clip.synthetic}
    for one, split in pieces:
        if one.made and one.person:
            voice = str(one.clips[0].attributes["variant"])
            if (other := seen.setdefault(voice, split)) != split:
                raise LeakError(f"the same voice stands in {other} and {split}", voice, "report this fault")
    return 0


def check_apart(pieces: Iterable[tuple[Recording, str]], people: Mapping[str, str]) -> int:
    """Look at every piece again: nobody, and no time of a recording, is in two splits; returns 0.

    Raises:
        LeakError: naming the first.
    """
    seen = {f"person {person}": split for person, split in people.items()}
    ends: dict[str, tuple[int, str]] = {}
    for one, split in sorted(pieces, key=lambda piece: (piece[0].name, piece[0].start)):
        if one.person and (other := seen.setdefault(one.group, split)) != split:
            raise LeakError(f"the same speaker stands in {other} and {split}", one.name, "report this fault")
        end, before = ends.get(one.name, (0, split))
        if before != split and one.start < end:
            raise LeakError(f"the same stretch stands in {before} and {split}", one.name, "report this fault")
        ends[one.name] = (one.end, split)
    return 0
