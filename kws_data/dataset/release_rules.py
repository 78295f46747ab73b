"""What a release may hold (licences, consents) and what it must (enough of every keyword, not too uneven)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.set_aside import without_ids

UNSTATED = ("", "unstated")


def excluded_by_terms(config: Config, clips: Iterable[Clip]) -> dict[str, str]:
    """Clips whose licence or consent the release does not allow: the reason for each, by clip id."""
    rules = (("licence", config.release.licences), ("consent", config.release.consents))
    reasons: dict[str, str] = {}
    for clip in clips:
        for kind, allowed in rules:
            value = getattr(clip, kind)
            if allowed is not None and value not in allowed:
                reasons.setdefault(clip.id, f"{kind} not allowed: {value or 'unstated'}")
    return reasons


def check_not_empty(config: Config, clips: Sequence[Clip], allowed: Sequence[Clip]) -> None:
    """Raise DataError when terms leave nothing of what there is, naming those that there are."""
    if allowed or not clips:
        return
    kind = "licence" if config.release.licences is not None else "consent"
    there = Counter(getattr(clip, kind) or "unstated" for clip in clips)
    said = ", ".join(f"{value} ({count} clips)" for value, count in there.most_common(8))
    asked = config.release.licences if kind == "licence" else config.release.consents
    raise DataError(f"no clip has an allowed {kind}", asked, f"there are: {said}; see release.{kind}s")


def check_release(config: Config, planned: Iterable[tuple[Clip, str, str]]) -> None:
    """Hold the training clips of each keyword against the limits of ``release``.

    Args:
        config: limits and keywords.
        planned: clip, label and split of each clip of the release.

    Raises:
        DataError: too few clips or speakers of a keyword, or keywords too uneven.
    """
    limits = config.release
    clips: Counter[str] = Counter()
    speakers: dict[str, set[str]] = defaultdict(set)
    for clip, label, split in planned:
        if split == "train":
            clips[label] += 1
            speakers[label].add(clip.speaker)
    for keyword in config.keywords:
        if clips[keyword] < limits.min_clips:
            remedy = f"release.min_clips is {limits.min_clips}: record more, or lower it"
            raise DataError(f"too few training clips of {keyword}", clips[keyword], remedy)
        if len(speakers[keyword]) < limits.min_speakers:
            remedy = f"release.min_speakers is {limits.min_speakers}: record more people, or lower it"
            raise DataError(f"too few people say {keyword} in training", len(speakers[keyword]), remedy)
    most, least = (choose(config.keywords, key=lambda k: clips[k]) for choose in (max, min))
    if clips[most] > limits.max_imbalance * clips[least]:
        counts = f"{most} {clips[most]}, {least} {clips[least]}"
        remedy = f"release.max_imbalance is {limits.max_imbalance:g}: add clips of {least}, or raise it"
        raise DataError("keywords are too uneven in training", counts, remedy)


def summary(left_out: Mapping[str, str]) -> dict[str, int]:
    """How many clips were left out for each reason, those that name single clips put together."""
    return dict(sorted(Counter(map(without_ids, left_out.values())).items()))


def unstated(clips: Iterable[Clip]) -> dict[str, int]:
    """How many clips state no licence, and how many no consent."""
    there = list(clips)
    return {kind: sum(getattr(clip, kind) in UNSTATED for clip in there) for kind in ("licence", "consent")}
