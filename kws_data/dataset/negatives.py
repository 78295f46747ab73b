"""Hours in which no keyword is said (``data.negatives``): which recordings a data set uses, and in which split.

Synthetic people may say hours of their own (``data.synth.running_speech_s``), and sounds may be made. Training learns
from them, validation chooses the detector's thresholds on them, the test counts its false accepts in them. So nobody
may be heard in two splits, be it there or among the clips with labels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from firmware_tools.levels import SILENT_RMS_DB
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.folders import negatives_folder_id
from kws_data.catalog.negative_clips import BOARD, given_of, is_stretch, kind_of, person_of, recording_of, start_of
from kws_data.catalog.transcripts import keywords_said
from kws_data.config.config import Config
from kws_data.dataset.clip_pool import imported_clips
from kws_data.dataset.held_out_noise import for_the_test, parted, whatever_tables_say
from kws_data.dataset.made_negatives import MADE, made_clips
from kws_data.dataset.negative_splits import Recording, check_apart, check_voices, dealt
from kws_data.dataset.release_rules import excluded_by_terms, summary
from kws_data.dataset.spoken_clips import SplitWords
from kws_data.errors import DataError

LATER = "later"  # what stands in the place of a split for people who are kept for a later test


@dataclass(frozen=True)
class Stretch:
    """A stretch that is used: its clip, the recording that it is of, and its split."""

    clip: Clip
    recording: str
    split: str


@dataclass(frozen=True)
class Negatives:
    """Stretches of recordings in which no keyword is said.

    Attributes:
        stretches: that are used, by recording and time.
        left_out: the reason for each recording that is not.
    """

    stretches: tuple[Stretch, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    def of(self, split: str) -> list[Stretch]:
        """Those of one split."""
        return [stretch for stretch in self.stretches if stretch.split == split]

    def without(self, clip_ids: Iterable[str]) -> Negatives:
        """The same without some clips."""
        gone = set(clip_ids)
        return Negatives(tuple(s for s in self.stretches if s.clip.id not in gone), self.left_out)


def negative_clips(config: Config, catalog: Catalog) -> dict[str, list[Clip]]:
    """Stretches of each folder, or board, of ``data.negatives``, by its name in the configuration, and of what is made.

    Raises:
        DataError: nothing was imported from one or recorded through it, or none of its files can be used.
    """
    recorded = {
        name: _recorded(catalog, name) if name.startswith(BOARD) else imported_clips(catalog, negatives_folder_id(name))
        for name in config.data.negatives
    }
    return recorded | made_clips(config, catalog)


def _recorded(catalog: Catalog, device: str) -> list[Clip]:
    """What was recorded as negatives through a board."""
    clips = [clip for clip in catalog.clips(device=device) if is_stretch(clip)]
    if not clips:
        remedy = f"call kws record --continuous 8h --negatives --board {device.removeprefix(BOARD)} first"
        raise DataError("no negatives were recorded through this board", device, remedy)
    return clips


def negatives_of(config: Config, catalog: Catalog, found: SplitWords, unlabelled: Iterable[Clip] = ()) -> Negatives:
    """Which stretches are used, and in which split each is.

    Args:
        config: with ``data.negatives``.
        catalog: where they are.
        found: how the clips with labels are split.
        unlabelled: clips that are learnt from without labels.

    Raises:
        DataError: nothing was imported, or no recording is left.
        LeakError: by the column ``split`` somebody would be in two splits.
    """
    folders = negative_clips(config, catalog)
    if not folders:
        return Negatives()
    every = whatever_tables_say(config, recordings_in(folders))
    labelled = [clip for clip in found.kept if clip.id in found.splits]
    left_out = _forbidden(config, every)
    left_out |= _repeats([one for one in every if one.name not in left_out], labelled)
    people = _splits_of_people(found, unlabelled)
    left_out |= _held([one for one in every if one.name not in left_out], people)
    left_out |= _of_nobody([one for one in every if one.name not in left_out], people)
    used = [one for one in every if one.name not in left_out]
    free, held = parted(config, used)
    pieces = dealt([one for one in free if not one.made], people, config.seed)
    pieces += [(one, people.get(one.person) or one.split) for one in free if one.made]
    tested, late = for_the_test(held, pieces, people)
    left_out |= late
    if not (pieces or tested):
        raise DataError("no recording of data.negatives is left", ", ".join(folders), _why(left_out))
    places = {one.name: number for number, one in enumerate(used)}
    pieces = sorted([*pieces, *tested], key=lambda piece: places[piece[0].name])
    check_apart(pieces, people)
    check_voices(pieces, labelled, found.splits)
    stretches = tuple(Stretch(clip, one.name, split) for one, split in pieces for clip in one.clips)
    return Negatives(stretches, dict(sorted(left_out.items())))


def recordings_in(folders: Mapping[str, Sequence[Clip]]) -> list[Recording]:
    """The recordings of some folders, in the order of their names, each with its stretches in the order of time.

    A name begins with the number of its folder; a recording that two folders hold is the first one's.
    """
    seen: set[str] = set()
    found: list[Recording] = []
    for number, (folder, clips) in enumerate(folders.items(), 1):
        of: dict[str, list[Clip]] = defaultdict(list)
        for clip in clips:
            if clip.id not in seen:
                of[recording_of(clip)].append(clip)
        seen.update(clip.id for clip in clips)
        made = folder in MADE
        found += [_recording(f"{number}/{name}", stretches, made) for name, stretches in sorted(of.items())]
    return found


def _recording(name: str, clips: Iterable[Clip], made: bool) -> Recording:
    ordered = tuple(sorted(clips, key=lambda clip: (start_of(clip), clip.id)))
    return Recording(name, kind_of(ordered[0]), person_of(ordered[0]), given_of(ordered[0]), ordered, made)


def _forbidden(config: Config, recordings: Iterable[Recording]) -> dict[str, str]:
    """Recordings in which a keyword is said, or whose terms the release does not allow, with the reason."""
    reasons = {}
    for one in recordings:
        words = keywords_said(str(one.clips[0].attributes.get("transcript", "")), config.keywords)
        terms = excluded_by_terms(config, one.clips)
        if words:
            reasons[one.name] = f"a keyword is said by its transcript: {', '.join(words)}"
        elif terms:
            reasons[one.name] = next(iter(terms.values()))
    return reasons


def _repeats(recordings: Iterable[Recording], labelled: Iterable[Clip]) -> dict[str, str]:
    """Recordings with a stretch that is heard in one before or is a clip with a label, with the reason.

    Stretches of silence may be the same in all of them.
    """
    heard = {clip.audio_sha256: clip.id for clip in labelled}
    reasons = {}
    for one in recordings:
        sounding = [clip for clip in one.clips if clip.attributes.get("rms_db", 0.0) > SILENT_RMS_DB]
        of = [heard[clip.audio_sha256] for clip in sounding if clip.audio_sha256 in heard]
        if of:
            what = "exact copy of" if len(of) == len(sounding) else "repeats a part of"
            reasons[one.name] = f"{what} {of[0]}"
        else:
            heard |= {clip.audio_sha256: clip.id for clip in sounding}
    return reasons


def _splits_of_people(found: SplitWords, unlabelled: Iterable[Clip]) -> dict[str, str]:
    """The split of everybody of whom there are other clips."""
    people = {clip.speaker: "train" for clip in unlabelled}
    return people | {clip.speaker: found.splits.get(clip.id, LATER) for clip in found.kept}


def _held(recordings: Iterable[Recording], people: Mapping[str, str]) -> dict[str, str]:
    """Recordings of people who are kept for a later test, or in another split than the table says."""
    reasons = {}
    for one in recordings:
        there = people.get(one.person, "")
        if there == LATER:
            reasons[one.name] = "of a person who is kept for a later test"
        elif there and one.split and one.split != there:
            reasons[one.name] = f"of a person of {there}, where its table says {one.split}"
    return reasons


def _of_nobody(recordings: Iterable[Recording], people: Mapping[str, str]) -> dict[str, str]:
    """Running speech of synthetic people of whom no clip is used: nothing says in which split they are."""
    made = (one for one in recordings if one.made and one.person)
    return {one.name: "of a synthetic voice of which no clip is used" for one in made if one.person not in people}


def _why(left_out: Mapping[str, str]) -> str:
    reasons = "; ".join(f"{count:,} recordings: {reason}" for reason, count in summary(left_out).items())
    return f"{reasons}; name recordings in which no keyword is said"
