"""The audit of a data set: nothing that betrays kin stands in two splits, whatever rule made the assignment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from kws_data.catalog.clips import Clip
from kws_data.config.split import Trace
from kws_data.dataset.groups import DISJOINT, Same, recordings_of, traces_of
from kws_data.errors import LeakError

_REMEDY = "report this fault"


def audit(
    assignment: Mapping[str, str], clips: Iterable[Clip], disjoint: Iterable[Trace] = DISJOINT, same: Same = ()
) -> int:
    """Count what stands in two splits; there is nothing to count but zero.

    Looks at speakers, voice variants, identical samples, a clip against its recording through a board, stretches of
    the same noise recording, and where they are to be disjoint at near-duplicates, sessions, devices and whole noise
    recordings.

    Args:
        assignment: split of each clip by id; clips that are in none are not looked at.
        clips: of the data set, recordings through a board included.
        disjoint: traces that no two splits may share.
        same: groups of ids of clips that are the same recording.

    Raises:
        LeakError: naming the first of them.
    """
    used = [clip for clip in clips if clip.id in assignment]
    disjoint, recordings = tuple(disjoint), recordings_of(same)
    seen: dict[str, str] = {}
    for clip in used:
        split = assignment[clip.id]
        for trace in traces_of(clip, (*disjoint, "voice"), recordings.get(clip.id, "")):
            other = seen.setdefault(trace, split)
            if other != split:
                raise LeakError(f"the same {trace.split()[0]} stands in {other} and {split}", trace, _REMEDY)
    return audit_noise(assignment, used, whole="noise" in disjoint)


def audit_noise(assignment: Mapping[str, str], clips: Iterable[Clip], *, whole: bool = False) -> int:
    """Count stretches of noise recordings that are heard in two splits (``whole``: recordings): zero.

    Raises:
        LeakError: naming the recording.
    """
    stretches: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for clip in clips:
        if "start" in clip.attributes and not clip.device:
            start = int(clip.attributes["start"])
            stretches[clip.parent].append((start, start + clip.samples, assignment[clip.id]))
    for noise, cuts in stretches.items():
        if whole and len(splits := sorted({split for _, _, split in cuts})) > 1:
            raise LeakError(f"the same noise recording stands in {' and '.join(splits)}", noise, _REMEDY)
        reach: dict[str, int] = {}
        for start, end, split in sorted(cuts):
            if any(other != split and start < its_end for other, its_end in reach.items()):
                raise LeakError("the same stretch of noise stands in two splits", noise, _REMEDY)
            reach[split] = max(end, reach.get(split, 0))
    return 0
