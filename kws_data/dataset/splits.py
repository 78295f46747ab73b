"""Who is in which split: train, validation (fixes the threshold) or test.

Whole groups move, never single clips. A group is what shares a trace: a speaker, a session, the variant of a synthetic
voice, near-duplicates (see ``traces``). The order in which groups are drawn is a hash of the seed and the group, so
it depends on nothing else; then a few are exchanged to even out labels and attributes (see ``stratify``).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.config.split import SPLITS, SplitSettings
from kws_data.dataset.groups import Same, joined_groups, recordings_of, why_joined
from kws_data.dataset.stratify import even_out, strata_of
from kws_data.errors import DataError
from kws_data.labels import SPEECH, label_of

SEVERAL_WORDS = "same recording under several words"
TEST_LIST = {"validation_list": "validation", "given": "testing"}  # which list of the source is the test


@dataclass(frozen=True)
class _Group:
    """What is drawn: how many speakers, in which lists, whether people are among them, whether all of it is running
    speech, and the clips."""

    speakers: int
    given: frozenset[str]
    real: bool
    speech: bool
    clips: tuple[Clip, ...]


def assign_splits(clips: Sequence[Clip], config: Config, same: Same = ()) -> dict[str, str]:
    """Split of each clip by id. Clips that are kept out (those of ``testing_list.txt`` speakers when
    ``split.test`` is ``validation_list``) have none.

    Args:
        clips: that are to be split.
        config: its ``split`` section and seed.
        same: groups of ids of clips that are the same recording.

    Raises:
        DataError: too few groups for three splits, or no list where one is asked for.
    """
    settings = config.split
    names = joined_groups(clips, settings.disjoint, same)
    members: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        members[names[clip.id]].append(clip)
    groups = {name: _group(members[name]) for name in sorted(members)}
    splits = _split_groups(groups, config)
    if set(splits.values()) != set(SPLITS):
        remedy = why_joined(clips, settings.disjoint, same)
        raise DataError("too few speakers for three splits", sum(g.speakers for g in groups.values()), remedy)
    return {clip.id: splits[names[clip.id]] for clip in clips if names[clip.id] in splits}


def _group(clips: Sequence[Clip]) -> _Group:
    given = frozenset(clip.given_split for clip in clips)
    real, speech = not all(clip.synthetic for clip in clips), all(clip.word == SPEECH for clip in clips)
    return _Group(len({clip.speaker for clip in clips}), given, real, speech, tuple(clips))


def _split_groups(groups: Mapping[str, _Group], config: Config) -> dict[str, str]:
    settings, both = config.split, config.data.source == "both"
    test = _test(groups, config)
    kept_out = _kept_out(groups, settings) - set(test)
    rest = {name: group for name, group in groups.items() if name not in kept_out and name not in test}
    if settings.test == "given" and (listed := [n for n, g in rest.items() if "validation" in g.given]):
        validation = listed
    else:
        few_real = both and config.data.real_per_keyword is not None
        drawable = {n: g for n, g in rest.items() if not both or g.real != few_real}
        validation = _draw(drawable, settings.validation_share, f"{config.seed} validation", config)
        if few_real:
            speech = {n: g for n, g in rest.items() if g.speech}
            validation += _draw(speech, settings.validation_share, f"{config.seed} validation speech", config)
    splits = dict.fromkeys(rest, "train") | dict.fromkeys(validation, "validation")
    return splits | dict.fromkeys(test, "test")


def _test(groups: Mapping[str, _Group], config: Config) -> list[str]:
    settings = config.split
    if settings.test == "speakers":
        tested = {n: g for n, g in groups.items() if g.real or config.data.source != "both"}
        return _draw(tested, settings.test_share, f"{config.seed} test", config)
    listed = TEST_LIST[settings.test]
    if settings.test == "given" and not any(listed in group.given for group in groups.values()):
        listed = "validation"
    test = [name for name, group in groups.items() if listed in group.given]
    if not test:
        remedy = "add validation_list.txt to the data folder, or set split.test to speakers"
        raise DataError(f"no clip stands in a {listed} list", None, remedy)
    return test


def _kept_out(groups: Mapping[str, _Group], settings: SplitSettings) -> set[str]:
    """Groups of the testing list stay sealed when the validation list is the test."""
    if settings.test != "validation_list":
        return set()
    return {name for name, group in groups.items() if "testing" in group.given}


def _draw(groups: Mapping[str, _Group], share: float, salt: str, config: Config) -> list[str]:
    """About ``share`` of the speakers, every label and attribute in proportion."""
    sizes = {name: group.speakers for name, group in groups.items()}
    drawn = draw_groups(sizes, share, salt)
    if not config.split.stratify:
        return drawn
    values = {name: [_values(clip, config) for clip in group.clips] for name, group in groups.items()}
    return even_out(strata_of(values), drawn, sizes)


def _values(clip: Clip, config: Config) -> dict[str, str]:
    """What a clip counts for in the stratification."""
    label = label_of(clip.word, config.keywords) or ""
    return {key: label if key == "label" else str(clip.attributes.get(key, "")) for key in config.split.stratify}


def draw_groups(sizes: Mapping[str, int], share: float, salt: str) -> list[str]:
    """Groups, in the order of their hashes, until they hold ``share`` of all speakers; at least one
    group when the share is above zero and there is more than one group."""
    wanted = share * sum(sizes.values())
    if share <= 0 or len(sizes) < 2:
        return []
    drawn: list[str] = []
    held = 0
    for group in sorted(sizes, key=lambda g: hashlib.sha256(f"{salt}|{g}".encode()).digest()):
        if drawn and held + sizes[group] / 2 > wanted:
            break
        drawn.append(group)
        held += sizes[group]
    return drawn


def drop_copies(clips: Sequence[Clip], label: Callable[[str], str | None]) -> tuple[list[Clip], dict[str, str]]:
    """Keep one of several clips with the same samples, and none when their labels contradict.

    Returns:
        The clips that stay, and the reason for each that does not, by clip id.
    """
    same: dict[str, list[Clip]] = defaultdict(list)
    for clip in sorted(clips, key=lambda c: c.id):
        same[clip.audio_sha256].append(clip)
    reasons: dict[str, str] = {}
    for copies in same.values():
        if len({label(clip.word) for clip in copies}) > 1:
            words = ", ".join(sorted({clip.word for clip in copies}))
            reasons |= dict.fromkeys((c.id for c in copies), f"{SEVERAL_WORDS}: {words}")
        else:
            reasons |= dict.fromkeys((c.id for c in copies[1:]), f"exact copy of {copies[0].id}")
    return [clip for clip in clips if clip.id not in reasons], reasons


def drop_near_copies_of_test(clips: Sequence[Clip], settings: SplitSettings, same: Same) -> dict[str, str]:
    """Clips to leave out because they are near-duplicates of somebody's who is listed for the test.

    Without this a given list would grow by everybody who shares a recording with one of its people.

    Returns:
        The reason for each, by clip id.
    """
    if settings.test == "speakers":
        return {}
    listed = {clip.speaker for clip in clips if clip.given_split == TEST_LIST[settings.test]}
    recordings, by_id = recordings_of(same), {clip.id: clip for clip in clips}
    tested = {recordings[i]: i for i in sorted(recordings) if i in by_id and by_id[i].speaker in listed}
    return {
        clip.id: f"near-duplicate of {tested[recordings[clip.id]]}, which is tested"
        for clip in clips
        if recordings.get(clip.id) in tested and clip.speaker not in listed
    }
