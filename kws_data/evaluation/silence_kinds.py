"""False detections in noise, by whether training knew its kind: the values, and their JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kws_data.statistics.clusters import speaker_interval
from kws_data.statistics.intervals import share

SEEN, UNSEEN, UNTOLD = "seen", "unseen", "untold"
PARTS = (SEEN, UNSEEN, UNTOLD)


@dataclass(frozen=True)
class NoiseClip:
    """A test clip in which nobody speaks: its kind (empty where nobody tells), recording, and whether a keyword was
    detected in it."""

    kind: str
    recording: str
    detected: bool


@dataclass(frozen=True)
class NoiseHeard:
    """False detections in clips of noise. The 95 % interval is by recording, of unseen noise by kind: so it holds for
    other recordings, or other kinds."""

    clips: int
    fpr: float
    ci95: tuple[float, float]
    kinds: Mapping[str, tuple[int, float]]

    @classmethod
    def of(cls, clips: Sequence[NoiseClip], by_kind: bool) -> NoiseHeard:
        """Counted from clips; there is at least one."""
        hits = np.array([clip.detected for clip in clips])
        each: dict[str, list[bool]] = defaultdict(list)
        for clip in clips:
            each[clip.kind or clip.recording].append(clip.detected)
        kinds = {kind: (len(own), share(sum(own), len(own))) for kind, own in each.items()}
        worst_first = dict(sorted(kinds.items(), key=lambda item: (-item[1][1], item[0])))
        groups = [clip.kind if by_kind else clip.recording for clip in clips]
        return cls(len(clips), float(hits.mean()), speaker_interval(hits, groups), worst_first)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        kinds = {kind: {"clips": clips, "fpr": fpr} for kind, (clips, fpr) in self.kinds.items()}
        return {"clips": self.clips, "fpr": self.fpr, "ci95": list(self.ci95), "kinds": kinds}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> NoiseHeard:
        """Inverse of :meth:`to_dict`."""
        low, high = values["ci95"]
        kinds = {kind: (one["clips"], one["fpr"]) for kind, one in values["kinds"].items()}
        return cls(values["clips"], values["fpr"], (low, high), kinds)


@dataclass(frozen=True)
class SilenceKinds:
    """Noise of kinds that training had (``seen``), of others (``unseen``), and whole recordings that it had not, of
    which nobody tells the kind (``untold``); ``not_measured`` says why nothing is unseen."""

    seen: NoiseHeard | None
    unseen: NoiseHeard | None
    untold: NoiseHeard | None
    not_measured: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Block ``silence`` of the int8 METRICS."""
        parts = {SEEN: self.seen, UNSEEN: self.unseen, **({} if self.untold is None else {UNTOLD: self.untold})}
        told = {name: part and part.to_dict() for name, part in parts.items()}
        return told if self.not_measured is None else {**told, "not_measured": self.not_measured}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SilenceKinds:
        """Inverse of :meth:`to_dict`."""
        seen, unseen, untold = (
            None if (one := values.get(name)) is None else NoiseHeard.from_dict(one) for name in PARTS
        )
        return cls(seen, unseen, untold, values.get("not_measured"))
