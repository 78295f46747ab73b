"""What betrays that two clips are kin: none of it may be in two splits.

Clips that share a trace are one group, and so are all that are joined through others (union-find). A group is never
cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from kws_data.catalog.clips import Clip
from kws_data.config.split import SplitSettings, Trace
from kws_data.labels import is_nobodys

DISJOINT: tuple[Trace, ...] = tuple(SplitSettings().disjoint)
Same = Sequence[Sequence[str]]  # groups of ids of clips that are the same recording: see near_duplicates


def group_of(clip: Clip) -> str:
    """The least that stays together: what a speaker said, or the variant of a synthetic voice."""
    return f"variant {clip.attributes['variant']}" if clip.synthetic else f"speaker {clip.speaker}"


def traces_of(clip: Clip, disjoint: Iterable[Trace] = DISJOINT, recording: str = "") -> list[str]:
    """Traces of a clip, each a kind and a name. ``recording`` names the near-duplicates that the clip is one of.

    Samples, and a clip played into a board and its recording, belong together whatever is asked for. A synthetic voice
    has no session, and clips played through one board share neither session nor device: they are kin of their parents.
    """
    traces = [f"samples {clip.audio_sha256}", f"clip {clip.parent if clip.device and clip.parent else clip.id}"]
    if is_nobodys(clip.word):
        return traces
    played = bool(clip.device and clip.parent)
    named = {
        "speaker": clip.speaker,
        "voice": str(clip.attributes["variant"]) if clip.synthetic else "",
        "session": "" if clip.synthetic or played else clip.session,
        "device": "" if played else clip.device or str(clip.attributes.get("device_model", "")),
        "near_duplicate": recording,
    }
    return traces + [f"{kind} {named[kind]}" for kind in disjoint if named.get(kind)]


def recordings_of(same: Same) -> dict[str, str]:
    """Clip id -> name of its group of near-duplicates."""
    return {identity: min(group) for group in same for identity in group}


def joined_groups(clips: Iterable[Clip], disjoint: Iterable[Trace] = DISJOINT, same: Same = ()) -> dict[str, str]:
    """Group of each clip by id, named after the first of the speakers or variants in it."""
    disjoint, recordings = tuple(disjoint), recordings_of(same)
    parents: dict[str, str] = {}

    def root(node: str) -> str:
        parents.setdefault(node, node)
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    clips = list(clips)
    for clip in clips:
        kin = group_of(clip) if clip.synthetic and "voice" in disjoint else f"speaker {clip.speaker}"
        for trace in traces_of(clip, disjoint, recordings.get(clip.id, "")):
            one, other = root(kin), root(f"\x7f{trace}")  # sorts after every name, so names become roots
            parents[max(one, other)] = min(one, other)
    names = {clip.id: group_of(clip) if "voice" in disjoint else f"speaker {clip.speaker}" for clip in clips}
    return {identity: root(name) for identity, name in names.items()}


def groups_without(clips: Sequence[Clip], disjoint: Sequence[Trace], same: Same) -> dict[str, int]:
    """How many groups there would be if one of the traces did not count, by trace; the speaker always does."""
    others = [trace for trace in disjoint if trace != "speaker"]
    return {
        trace: len(set(joined_groups(clips, [kept for kept in disjoint if kept != trace], same).values()))
        for trace in others
    }


def why_joined(clips: Sequence[Clip], disjoint: Sequence[Trace], same: Same) -> str:
    """What to do when too few groups are left: which trace joins most, and the setting without it."""
    now = len(set(joined_groups(clips, disjoint, same).values()))
    gains: Mapping[str, int] = groups_without(clips, disjoint, same)
    best = max(gains, key=lambda trace: gains[trace], default="")
    if not best or gains[best] <= now:
        return "add speakers, or change split.test_share and split.validation_share"
    kept = ", ".join(trace for trace in disjoint if trace != best)
    values = Counter(trace.split()[1] for clip in clips for trace in traces_of(clip, [best]) if trace.startswith(best))  # type: ignore[list-item]
    shared = f" (most share {best} {values.most_common(1)[0][0]})" if values else ""
    return f"{best} joins {gains[best]} groups into {now}{shared}: set split.disjoint: [{kept}]"
