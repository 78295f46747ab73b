"""Recordings whose words nobody is told (``data.unlabelled``): which of them a data set uses.

They are learnt from by what a teacher says of them, so nobody may be among them who fixes the threshold, is tested, or
is kept for a later test: a person of whom one recording betrays that is left out with all recordings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.folders import unlabelled_folder_id
from kws_data.catalog.near_duplicates import near_duplicate_groups
from kws_data.config.config import Config
from kws_data.config.split import Trace
from kws_data.dataset.clip_pool import COLLECT, imported_clips, used_people
from kws_data.dataset.groups import Same, recordings_of, traces_of
from kws_data.dataset.leaks import audit
from kws_data.dataset.release_rules import excluded_by_terms, summary
from kws_data.dataset.spoken_clips import SplitWords
from kws_data.errors import DataError
from kws_data.labels import UNLABELLED

HELD = "unlabelled recording of a person of the validation, the test or a later test"


@dataclass(frozen=True)
class Unlabelled:
    """Clips without labels.

    Attributes:
        clips: that are used, in the order of their ids.
        left_out: the reason for each that is not, by id.
        notes: of each folder from which people are left out, how many, in one line.
    """

    clips: tuple[Clip, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def unlabelled_clips(config: Config, catalog: Catalog) -> dict[str, list[Clip]]:
    """Clips of each folder of ``data.unlabelled`` that have no label yet, by its name in the configuration.

    Raises:
        DataError: nothing was imported from one, or it was cut into clips of another length.
    """
    found = {folder: imported_clips(catalog, unlabelled_folder_id(folder)) for folder in config.data.unlabelled}
    for folder, clips in found.items():
        if any(clip.attributes.get("window_ms") != config.data.clip_ms for clip in clips):
            raise DataError("unlabelled recordings were cut for another data.clip_ms", folder, COLLECT)
    bare = {folder: [clip for clip in clips if clip.word == UNLABELLED] for folder, clips in found.items()}
    return {folder: used_people(config, clips) for folder, clips in bare.items() if clips}


def unlabelled_of(config: Config, catalog: Catalog, words: Sequence[Clip], found: SplitWords) -> Unlabelled:
    """Which of the unlabelled clips are used.

    Args:
        config: with ``data.unlabelled``.
        catalog: where they are.
        words: all clips in which something is said, those that are left out among them.
        found: how they are split.

    Raises:
        DataError: nothing was imported, or nobody is left.
        LeakError: somebody who is tested is heard in them all the same.
        CatalogError: stored audio is missing or damaged.
    """
    folders = unlabelled_clips(config, catalog)
    if not folders:
        return Unlabelled()
    every = {clip.id: clip for clips in folders.values() for clip in clips}
    left_out = excluded_by_terms(config, every.values())
    allowed = [every[identity] for identity in sorted(every) if identity not in left_out]
    held = held_clips(words, found)
    same = _same_recordings(config, catalog, [*held, *allowed])
    people = people_heard(allowed, held, config.split.disjoint, same)
    left_out |= {clip.id: HELD for clip in allowed if clip.speaker in people}
    labelled = [clip for clip in found.kept if clip.id in found.splits]
    left_out |= _copies([clip for clip in allowed if clip.id not in left_out], labelled)
    used = tuple(clip for clip in allowed if clip.id not in left_out)
    if not used:
        raise DataError("no unlabelled recording is left", ", ".join(folders), _why(left_out))
    audit_unlabelled(used, held, config.split.disjoint, same)
    return Unlabelled(used, left_out, tuple(_notes(folders, left_out)))


def held_clips(words: Iterable[Clip], found: SplitWords) -> list[Clip]:
    """All clips of people who fix the threshold, are tested, or are kept for a later test."""
    people = {clip.speaker for clip in found.kept if found.splits.get(clip.id) != "train"}
    return [clip for clip in words if clip.speaker in people]


def _same_recordings(config: Config, catalog: Catalog, clips: Iterable[Clip]) -> Same:
    """Near-duplicates, where no two splits may share one; synthetic clips are told apart by their voices."""
    if "near_duplicate" not in config.split.disjoint:
        return []
    return near_duplicate_groups(catalog, [clip for clip in clips if not clip.synthetic])


def people_heard(clips: Iterable[Clip], held: Iterable[Clip], disjoint: Iterable[Trace], same: Same = ()) -> set[str]:
    """Speakers of whom one of the clips shares a trace (speaker, samples, session, …) with one that is held."""
    disjoint, recordings = tuple(disjoint), recordings_of(same)

    def traces(clip: Clip) -> list[str]:
        return traces_of(clip, disjoint, recordings.get(clip.id, ""))

    kept = {trace for clip in held for trace in traces(clip)}
    return {clip.speaker for clip in clips if not kept.isdisjoint(traces(clip))}


def _copies(clips: Iterable[Clip], labelled: Iterable[Clip]) -> dict[str, str]:
    """Clips with the samples of one that has a label or stands before, with the reason, by id."""
    seen = {clip.audio_sha256: clip.id for clip in labelled}
    reasons = {}
    for clip in clips:
        first = seen.setdefault(clip.audio_sha256, clip.id)
        if first != clip.id:
            reasons[clip.id] = f"exact copy of {first}"
    return reasons


def audit_unlabelled(clips: Sequence[Clip], held: Sequence[Clip], disjoint: Iterable[Trace], same: Same = ()) -> None:
    """Look at every clip again: what is learnt without labels must not be held.

    Raises:
        LeakError: it is; naming the first trace.
    """
    where = dict.fromkeys((clip.id for clip in held), "held") | dict.fromkeys((c.id for c in clips), "unlabelled")
    audit(where, [*held, *clips], disjoint, same)


def _why(left_out: Mapping[str, str]) -> str:
    reasons = "; ".join(f"{count:,} clips: {reason}" for reason, count in summary(left_out).items())
    return f"{reasons}; name recordings of other people"


def _notes(folders: Mapping[str, Sequence[Clip]], left_out: Mapping[str, str]) -> Iterable[str]:
    for folder, clips in folders.items():
        gone: Set[str] = {clip.speaker for clip in clips if left_out.get(clip.id) == HELD}
        count = sum(left_out.get(clip.id) == HELD for clip in clips)
        if gone:
            yield (
                f"{folder}: {count:,} of {len(clips):,} unlabelled clips, of {len(gone):,} people, are left out: they"
                " are in the validation, the test or a later test"
            )
