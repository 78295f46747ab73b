"""Which clips a configuration uses, under which label, in which split, and which go through the board.

The same plan is read by the recorder (what to play into the board's microphone) and by the builder
(what to compute features of), so they cannot disagree.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.config.split import SPLITS
from kws_data.dataset.backgrounds import extra_noises, noise_of, noises_of
from kws_data.dataset.clip_pool import clips_of
from kws_data.dataset.leaks import audit
from kws_data.dataset.release_rules import check_release
from kws_data.dataset.silence import add_silence
from kws_data.dataset.spoken_clips import split_words
from kws_data.errors import DataError
from kws_data.labels import BACKGROUND, SILENCE, label_of

__all__ = ["Plan", "PlannedClip", "board_device", "clips_of", "extra_noises", "plan_dataset"]


@dataclass(frozen=True)
class PlannedClip:
    """A clip of the data set. ``recorded`` is its recording through the board, once there is one."""

    clip: Clip
    label: str
    split: str
    through_board: bool = False
    recorded: Clip | None = None

    @property
    def audio(self) -> Clip:
        """The clip whose samples are used."""
        return self.recorded or self.clip


@dataclass(frozen=True)
class Plan:
    """All clips of a data set, ordered by split and id, and what was left out and why.

    ``noises`` are the recordings that are mixed under training clips; each lends the stretch that belongs to training.
    """

    clips: tuple[PlannedClip, ...]
    noises: tuple[Clip, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    kept_for_later: int = 0
    leaks: int = 0

    def of(self, split: str) -> list[PlannedClip]:
        """Clips of one split."""
        return [planned for planned in self.clips if planned.split == split]

    def to_record(self) -> list[Clip]:
        """Clips that should go through the board and have not yet, test clips first."""
        waiting = [p for p in self.clips if p.through_board and p.recorded is None]
        return [p.clip for p in sorted(waiting, key=lambda p: SPLITS.index(p.split), reverse=True)]


def plan_dataset(config: Config, catalog: Catalog) -> Plan:
    """Choose, label and split the clips of a configuration. Adds silence clips to the catalogue.

    Raises:
        DataError: nothing was imported, a keyword has no clip, too few speakers, an empty split.
        LeakError: the same speaker, voice or recording stands in two splits.
    """
    chosen = clips_of(config, catalog)
    words = [clip for clip in chosen if clip.word not in (BACKGROUND, SILENCE)]
    found = split_words(config, catalog, words)
    splits = dict(found.splits)
    _check_splits(config, found.kept, splits)
    noises = noises_of(config, catalog, chosen)
    silence = _silence(config, catalog, noises, splits)
    used = [clip for clip in found.kept if clip.id in splits] + [c for clips in silence.values() for c in clips]
    splits |= {clip.id: split for split, clips in silence.items() for clip in clips}
    through_board = _through_board(config, used, splits)
    recorded = {c.parent: c for c in catalog.clips(device=board_device(config)) if c.parent in through_board}
    planned = (
        PlannedClip(
            clip,
            label_of(clip.word, config.keywords) or "",
            splits[clip.id],
            clip.id in through_board,
            recorded.get(clip.id),
        )
        for clip in used
    )
    ordered = tuple(sorted(planned, key=lambda p: (SPLITS.index(p.split), p.clip.id)))
    takes = [p.recorded for p in ordered if p.recorded]
    where = splits | {take.id: splits[take.parent] for take in takes}
    leaks = audit(where, [*used, *takes], config.split.disjoint, found.same)
    check_release(config, ((p.clip, p.label, p.split) for p in ordered))
    kept_for_later = sum(clip.id not in splits for clip in found.kept)
    training_noises = (*noise_of(noises, config)["train"], *extra_noises(config, catalog))
    return Plan(ordered, training_noises, found.left_out, kept_for_later, leaks)


def board_device(config: Config) -> str:
    """How the catalogue names the configuration's board."""
    return f"board:{config.device.board}"


def _check_splits(config: Config, clips: Sequence[Clip], splits: Mapping[str, str]) -> None:
    """Every keyword must be learnt, fix the threshold and be tested."""
    there = Counter((splits[clip.id], clip.word) for clip in clips if clip.id in splits)
    for split in SPLITS:
        for keyword in config.keywords:
            if not there[split, keyword]:
                remedy = "add speakers who say it, or change split.test_share, split.validation_share or seed"
                raise DataError(f"no clip of a keyword is in the {split} split", keyword, remedy)


def _silence(
    config: Config, catalog: Catalog, noises: Sequence[Clip], splits: Mapping[str, str]
) -> dict[str, list[Clip]]:
    share = min(config.data.silence_share, 0.9)
    sizes = Counter(splits.values())
    counts = {split: round(sizes[split] * share / (1 - share)) for split in SPLITS}
    rate_hz = config.frontend.sample_rate_hz
    silence = add_silence(catalog, noise_of(noises, config), counts, config.clip_samples, rate_hz, config.seed)
    heard: set[str] = set()  # a recording with holes gives the same zeros more than once
    unique: dict[str, list[Clip]] = {}
    for split in reversed(SPLITS):
        unique[split] = [clip for clip in silence[split] if clip.audio_sha256 not in heard]
        heard.update(clip.audio_sha256 for clip in unique[split])
    return unique


def _through_board(config: Config, clips: Sequence[Clip], splits: Mapping[str, str]) -> set[str]:
    """Ids of the clips to record: as many test and training clips as asked for, the labels in proportion."""
    limits = {"test": config.data.record_test_clips, "train": config.data.record_train_clips, "validation": 0}
    chosen: set[str] = set()
    for split, limit in limits.items():
        ids = _spread([c for c in clips if splits[c.id] == split], config)
        chosen.update(ids if limit is None else ids[:limit])
    return chosen


def _spread(clips: Sequence[Clip], config: Config) -> list[str]:
    """Ids in an order whose every beginning holds the labels in about their proportion."""
    by_label: dict[str, list[str]] = defaultdict(list)
    for clip in clips:
        by_label[label_of(clip.word, config.keywords) or ""].append(clip.id)
    places: list[tuple[float, str]] = []
    for label, ids in by_label.items():
        ids.sort(key=lambda i: hashlib.sha256(f"{config.seed} record {i}".encode()).digest())
        offset = int(hashlib.sha256(label.encode()).hexdigest()[:4], 16) / 65_536
        places += [((number + offset) / len(ids), identity) for number, identity in enumerate(ids)]
    return [identity for _, identity in sorted(places)]
