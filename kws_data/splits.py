"""Who is in which split: train, validation (fixes the threshold) or test.

Whole groups move, never single clips. A group is a speaker; for synthetic people it is the voice
variant, so that a voice heard in training is never tested. Speakers who share a recording are one group.
The order in which groups are drawn is a hash of the seed and the group, so it depends on nothing else.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from kws_data.clips import Clip
from kws_data.config import Config
from kws_data.data_settings import SplitSettings
from kws_data.errors import DataError, LeakError

SPLITS = ("train", "validation", "test")


def group_of(clip: Clip) -> str:
    """What must not be in two splits: the speaker, or the variant of a synthetic voice."""
    return f"variant {clip.attributes['variant']}" if clip.synthetic else f"speaker {clip.speaker}"


def assign_splits(clips: Sequence[Clip], config: Config) -> dict[str, str]:
    """Split of each clip by id. Clips that are kept out (those of ``testing_list.txt`` speakers when
    ``split.test`` is ``validation_list``) have none.

    Raises:
        DataError: too few speakers for three splits, or no validation list where one is asked for.
    """
    groups = joined_groups(clips)
    given: dict[str, set[str]] = defaultdict(set)
    speakers: dict[str, set[str]] = defaultdict(set)
    for clip in clips:
        given[groups[clip.id]].add(clip.given_split)
        speakers[groups[clip.id]].add(clip.speaker)
    sizes = {group: len(members) for group, members in speakers.items()}
    splits = _split_groups(sizes, given, config.split, config.seed)
    return {clip.id: splits[groups[clip.id]] for clip in clips if groups[clip.id] in splits}


def joined_groups(clips: Iterable[Clip]) -> dict[str, str]:
    """Group of each clip by id, groups that share the same audio joined into one."""
    parents: dict[str, str] = {}

    def root(group: str) -> str:
        parents.setdefault(group, group)
        while parents[group] != group:
            parents[group] = parents[parents[group]]
            group = parents[group]
        return group

    clips = list(clips)
    owner: dict[str, str] = {}
    for clip in clips:
        one, other = root(group_of(clip)), root(owner.setdefault(clip.audio_sha256, group_of(clip)))
        parents[max(one, other)] = min(one, other)
    return {clip.id: root(group_of(clip)) for clip in clips}


def _split_groups(
    sizes: Mapping[str, int], given: Mapping[str, set[str]], settings: SplitSettings, seed: int
) -> dict[str, str]:
    if settings.test == "validation_list":
        test = [group for group in sizes if "validation" in given[group]]
        if not test:
            remedy = "add validation_list.txt to the data folder, or set split.test to speakers"
            raise DataError("no clip stands in a validation list", None, remedy)
        kept_out = {group for group in sizes if "testing" in given[group] and group not in test}
        rest = sorted(sizes.keys() - kept_out - set(test))
    else:
        test = draw_groups(sizes, settings.test_share, f"{seed} test")
        rest = sorted(sizes.keys() - set(test))
    validation = draw_groups({group: sizes[group] for group in rest}, settings.validation_share, f"{seed} validation")
    train = set(rest) - set(validation)
    if not test or not validation or not train:
        remedy = "add speakers, or change split.test_share and split.validation_share"
        raise DataError("too few speakers for three splits", sum(sizes.values()), remedy)
    splits = dict.fromkeys(test, "test") | dict.fromkeys(validation, "validation")
    return splits | dict.fromkeys(train, "train")


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
            reasons |= dict.fromkeys((c.id for c in copies), f"same recording under several words: {words}")
        else:
            reasons |= dict.fromkeys((c.id for c in copies[1:]), f"exact copy of {copies[0].id}")
    return [clip for clip in clips if clip.id not in reasons], reasons


def audit(assignment: Mapping[str, str], clips: Iterable[Clip]) -> int:
    """Count what stands in two splits; there is nothing to count but zero.

    Looks at speakers, voice variants, identical samples, a clip against its recording through a board, and
    stretches of the same noise recording, whatever rule made the assignment.

    Raises:
        LeakError: naming the first of them.
    """
    used = [clip for clip in clips if clip.id in assignment]
    seen: dict[str, str] = {}
    for clip in used:
        split = assignment[clip.id]
        for trace in _traces(clip):
            other = seen.setdefault(trace, split)
            if other != split:
                raise LeakError(
                    f"the same {trace.split()[0]} stands in {other} and {split}", trace, "report this fault"
                )
    return audit_noise(assignment, used)


def _traces(clip: Clip) -> list[str]:
    """What betrays a clip's kin: none of it may be in two splits."""
    traces = [f"samples {clip.audio_sha256}", f"clip {clip.parent if clip.device else clip.id}"]
    if not clip.word.startswith("_"):
        traces += [f"speaker {clip.speaker}", group_of(clip)]
    return traces


def audit_noise(assignment: Mapping[str, str], clips: Iterable[Clip]) -> int:
    """Count stretches of noise recordings that are heard in two splits: zero.

    Raises:
        LeakError: naming the recording.
    """
    stretches: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for clip in clips:
        if "start" in clip.attributes and not clip.device:
            start = int(clip.attributes["start"])
            stretches[clip.parent].append((start, start + clip.samples, assignment[clip.id]))
    for noise, cuts in stretches.items():
        reach: dict[str, int] = {}
        for start, end, split in sorted(cuts):
            if any(other != split and start < its_end for other, its_end in reach.items()):
                raise LeakError("the same stretch of noise stands in two splits", noise, "report this fault")
            reach[split] = max(end, reach.get(split, 0))
    return 0
