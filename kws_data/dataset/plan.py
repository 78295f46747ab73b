"""Which clips a configuration uses, under which label, in which split, and which go through the board.

The same plan is read by the recorder (what to play into the board's microphone) and by the builder
(what to compute features of), so they cannot disagree.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.config.split import SPLITS, UNLABELLED_SPLIT
from kws_data.dataset.backgrounds import all_extra_noises, extra_noises, noise_of, noises_of, rooms_of
from kws_data.dataset.clip_pool import clips_of
from kws_data.dataset.held_out_noise import check_held_out
from kws_data.dataset.leaks import audit
from kws_data.dataset.negatives import Negatives, negative_clips, negatives_of
from kws_data.dataset.release_rules import check_release
from kws_data.dataset.silence import Cut, Silence, plan_silence
from kws_data.dataset.spoken_clips import split_words
from kws_data.dataset.unlabelled import unlabelled_of
from kws_data.errors import DataError
from kws_data.labels import BACKGROUND, SILENCE, UNLABELLED, label_of

ALONE = 10  # silence clips at least in a split where nobody says other words: a threshold has to rest on something


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

    Attributes:
        clips: of all splits, and then those without labels.
        noises: mixed under training clips; each lends the stretch that belongs to training.
        rooms: impulse responses in which copies of training clips are heard.
        cuts: silence clips among ``clips`` that are not stored yet; whoever writes to the catalogue stores them
            (:func:`kws_data.dataset.store_silence.store_silence`) before their audio is used.
        left_out: clips that are not used, by id, with the reason.
        kept_for_later: clips of people in a list that is kept for another test.
        leaks: what stands in two splits: 0, or there would be no plan.
        negatives: stretches of hours in which no keyword is said, of all splits.
        notes: of folders of unlabelled recordings, how many are left out because of who speaks, one line each.
    """

    clips: tuple[PlannedClip, ...]
    noises: tuple[Clip, ...]
    rooms: tuple[Clip, ...] = ()
    cuts: tuple[Cut, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    kept_for_later: int = 0
    leaks: int = 0
    negatives: Negatives = field(default_factory=Negatives)
    notes: tuple[str, ...] = ()

    def of(self, split: str) -> list[PlannedClip]:
        """Clips of one split, or those without labels (``UNLABELLED_SPLIT``)."""
        return [planned for planned in self.clips if planned.split == split]

    def to_record(self) -> list[Clip]:
        """Clips that should go through the board and have not yet, test clips first."""
        waiting = [p for p in self.clips if p.through_board and p.recorded is None]
        return [p.clip for p in sorted(waiting, key=lambda p: SPLITS.index(p.split), reverse=True)]

    def heard_by(self, takes: Iterable[Clip]) -> Plan:
        """The plan with these recordings through the board in the place of the clips that were played."""
        of = {take.parent: take for take in takes}
        through = (replace(p, recorded=of.get(p.clip.id)) if p.through_board else p for p in self.clips)
        return replace(self, clips=tuple(through))


def plan_dataset(config: Config, catalog: Catalog) -> Plan:
    """Choose, label and split the clips of a configuration. Reads the catalogue, and writes nothing to it.

    Raises:
        DataError: nothing was imported, a keyword has no clip, too few speakers, a split that is empty or of keywords
            alone, no noise, no unlabelled recording that may be used, an unknown kind of noise that is held out.
        LeakError: the same speaker, voice or recording stands in two splits.
    """
    chosen = clips_of(config, catalog)
    words = [clip for clip in chosen if clip.word not in (BACKGROUND, SILENCE)]
    found = split_words(config, catalog, words)
    splits = dict(found.splits)
    _check_splits(config, found.kept, splits)
    noises = noises_of(config, catalog, chosen)
    if config.split.held_out_noise:
        negatives = (clip for own in negative_clips(config, catalog).values() for clip in own)
        check_held_out(config, (*noises, *all_extra_noises(config, catalog), *negatives))
    silence = _silence(config, catalog, noises, splits, _with_others(config, found.kept, splits))
    unlabelled = unlabelled_of(config, catalog, words, found)
    used = [clip for clip in found.kept if clip.id in splits] + [c for own in silence.clips.values() for c in own]
    splits |= {clip.id: split for split, clips in silence.clips.items() for clip in clips}
    _check_others(config, used, splits)
    plan = Plan(
        (*_in_order(config, used, splits), *(PlannedClip(c, UNLABELLED, UNLABELLED_SPLIT) for c in unlabelled.clips)),
        noises=(*noise_of(noises, config)["train"], *extra_noises(config, catalog)),
        rooms=tuple(rooms_of(config, catalog)),
        cuts=silence.missing,
        left_out={**found.left_out, **unlabelled.left_out},
        kept_for_later=sum(clip.id not in splits for clip in found.kept),
        negatives=negatives_of(config, catalog, found, unlabelled.clips),
        notes=unlabelled.notes,
    ).heard_by(board_takes(config, catalog))
    takes = [p.recorded for p in plan.clips if p.recorded]
    where = splits | {take.id: splits[take.parent] for take in takes}
    leaks = audit(where, [*used, *takes], config.split.disjoint, found.same)
    check_release(config, ((p.clip, p.label, p.split) for p in plan.clips))
    return replace(plan, leaks=leaks)


def _in_order(config: Config, clips: Sequence[Clip], splits: Mapping[str, str]) -> tuple[PlannedClip, ...]:
    """The clips with their labels and splits, ordered by split and id."""
    through_board = _through_board(config, clips, splits)
    planned = (
        PlannedClip(c, label_of(c.word, config.keywords) or "", splits[c.id], c.id in through_board) for c in clips
    )
    return tuple(sorted(planned, key=lambda p: (SPLITS.index(p.split), p.clip.id)))


def board_device(config: Config) -> str:
    """How the catalogue names the configuration's board."""
    return f"board:{config.device.board}"


def board_takes(config: Config, catalog: Catalog) -> list[Clip]:
    """All recordings through the configuration's board."""
    return catalog.clips(device=board_device(config))


def _check_splits(config: Config, clips: Sequence[Clip], splits: Mapping[str, str]) -> None:
    """Every keyword must be learnt, fix the threshold and be tested."""
    there = Counter((splits[clip.id], clip.word) for clip in clips if clip.id in splits)
    for split in SPLITS:
        for keyword in config.keywords:
            if not there[split, keyword]:
                remedy = "add speakers who say it, or change split.test_share, split.validation_share or seed"
                raise DataError(f"no clip of a keyword is in the {split} split", keyword, remedy)


def _with_others(config: Config, clips: Sequence[Clip], splits: Mapping[str, str]) -> set[str]:
    """Splits with a clip that holds no keyword."""
    return {splits[clip.id] for clip in clips if clip.id in splits and clip.word not in config.keywords}


def _check_others(config: Config, clips: Sequence[Clip], splits: Mapping[str, str]) -> None:
    """A threshold is fixed, and FPR measured, on clips without a keyword: raise DataError before hours of training."""
    there = _with_others(config, clips, splits)
    for split in SPLITS:
        if split not in there:
            remedy = f"add clips of other words, or raise data.silence_share (now {config.data.silence_share:g})"
            raise DataError("no clip without a keyword", f"{split} split", remedy)


def _silence(
    config: Config, catalog: Catalog, noises: Sequence[Clip], splits: Mapping[str, str], with_others: Set[str]
) -> Silence:
    """As many silence clips as ``data.silence_share`` says; a split without other words has a few in any case."""
    share = min(config.data.silence_share, 0.9)
    sizes = Counter(splits.values())
    least = {split: ALONE if share and split not in with_others else 0 for split in SPLITS}
    counts = {split: max(round(sizes[split] * share / (1 - share)), least[split]) for split in SPLITS}
    silence = plan_silence(catalog, noise_of(noises, config), counts, config.clip_samples, config.seed)
    heard: set[str] = set()  # a recording with holes gives the same zeros more than once
    unique: dict[str, list[Clip]] = {}
    for split in reversed(SPLITS):
        unique[split] = [clip for clip in silence.clips[split] if clip.audio_sha256 not in heard]
        heard.update(clip.audio_sha256 for clip in unique[split])
    return Silence(unique, silence.missing)


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
