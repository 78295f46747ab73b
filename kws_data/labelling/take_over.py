"""Settled labels become what the catalogue says of the clips: their word, whether they are used, and cuts of them.

Everything is one batch, so that :meth:`kws_data.catalog.changes.Changes.undo` brings it back. A clip that is set aside
for another reason than its label stays so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import CUT_INTO, CUT_WAITS, RELABEL, SET_ASIDE, Change, Finding
from kws_data.catalog.clips import Clip
from kws_data.catalog.opinions import Opinion
from kws_data.labelling.cuts import SHORTEST, add_cut, cut_id
from kws_data.labelling.doubled import Doubled, kept_doubled
from kws_data.labelling.labels import BAD, WITHOUT_LABEL, word_for
from kws_data.labelling.settle import Verdict, settled
from kws_data.labelling.spellings import Spellings

VERB = "label"
#: Why a clip is set aside that only waits for a label: recordings of a board, before somebody heard them.
NOT_LABELLED = "not labelled"
_DOUBTED = "audit: label error"  # how kws_data.quality.audit says that it doubted the label; others follow after a "; "
PREFIX = "label: "  # before all other reasons for which labels set clips aside
_CUT_INTO = re.compile(rf"{CUT_INTO}([0-9a-f]{{16}})")


@dataclass(frozen=True)
class Cut:
    """Samples ``start`` to ``stop`` of a clip."""

    clip: Clip
    start: int
    stop: int


@dataclass(frozen=True)
class Settled:
    """What settled labels ask for: findings and changes of a batch, and cuts that must be stored before it."""

    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]
    cuts: tuple[Cut, ...]
    settled: int
    open: int
    disagreements: int
    respelt: Mapping[str, str]


@dataclass(frozen=True)
class TakenOver:
    """What was taken over.

    Attributes:
        batch: its number; None where nothing was to be changed, or nothing was to be written.
        words: clips that got another word.
        set_aside: clips that are of no use.
        taken_in: clips that had waited for a label, or were of no use, and are used now.
        cuts: clips that were cut.
        unchanged: settled clips that are what their label says already.
        open: clips that people are to hear: those without a label, and those that need one more to hear them.
        disagreements: clips that wait for an adjudicator.
        respelt: label -> the word that it became, of labels that differ from it only in how they are written.
    """

    batch: int | None
    words: int
    set_aside: int
    taken_in: int
    cuts: int
    unchanged: int
    open: int
    disagreements: int
    respelt: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def take_over(
    catalog: Catalog,
    clip_ids: Collection[str] | None = None,
    automatic: float | None = None,
    *,
    note: str = "",
    only_tell: bool = False,
) -> TakenOver:
    """Change the clips whose label is settled, as one batch of the verb ``label``; called again it changes nothing.

    Args:
        catalog: with the opinions.
        clip_ids: only these clips; all when None.
        automatic: the confidence from which labels of models are taken over where no person has spoken; None: never.
        note: kept with the batch.
        only_tell: change nothing.

    Raises:
        CatalogError: audio of a clip that is cut is missing, or the catalogue cannot be written.
    """
    found = settle_changes(catalog, clip_ids, automatic)
    batch = None
    if found.changes and not only_tell:
        for cut in found.cuts:
            add_cut(catalog, cut.clip, cut.start, cut.stop)
        batch = catalog.changes.record(VERB, note, found.findings, found.changes)
    words = {change.clip_id for change in found.changes if change.field == "word"}
    cut_into = {cut_id(cut.clip, cut.start, cut.stop) for cut in found.cuts}
    reasons = {c.clip_id: c.after for c in found.changes if c.field == "reasons" and c.clip_id not in cut_into}
    changed = {finding.clip_id for finding in found.findings}
    return TakenOver(
        batch,
        words=len(words - cut_into),
        set_aside=sum(after.startswith(f"{PREFIX}bad") for after in reasons.values()),
        taken_in=sum(not after for after in reasons.values()),
        cuts=len(found.cuts),
        unchanged=found.settled - len(changed),
        open=found.open,
        disagreements=found.disagreements,
        respelt=found.respelt,
    )


def settle_changes(
    catalog: Catalog, clip_ids: Collection[str] | None = None, automatic: float | None = None
) -> Settled:
    """What :func:`take_over` would do."""
    by_clip = opinions_by_clip(catalog.opinions.all(clip_ids=None if clip_ids is None else list(clip_ids)))
    verdicts = verdicts_of(by_clip, kept_doubled(catalog), automatic)
    there = {clip.id: clip for clip in catalog.clips(with_set_aside=True)}
    findings, changes, cuts, respelt = list[Finding](), list[Change](), list[Cut](), dict[str, str]()
    spelt = Spellings((clip.word for clip in there.values()), (one.label for one in verdicts.values()))
    for identity, given in verdicts.items():
        clip = there.get(identity)
        if clip is None or not given.is_settled:
            continue
        verdict = replace(given, label=spelt.of(given.label))
        if verdict.label != given.label:
            respelt[given.label] = verdict.label
        cut = _cut(clip, verdict) if _is_ours(clip) and not _is_played(clip) else None
        wanted = [*_of_cut(cut, verdict, there), *_of_former_cut(clip, cut)] if cut else _of_former_cut(clip, None)
        wanted += _of_clip(clip, verdict, cut)
        new = [change for change in wanted if _is_new(change, there)]
        changes += new
        findings += [_finding(clip, verdict, cut)] if new else []
        cuts += [cut] if cut and new else []
    states = [verdict.state for verdict in verdicts.values()]
    asked = bare_clips(there.values()) & set(there if clip_ids is None else clip_ids) | heard_clips(by_clip)
    waiting = sum(identity not in verdicts or verdicts[identity].state == "open" for identity in asked)
    counts = (states.count("settled"), waiting, states.count("disagreement"))
    return Settled(tuple(findings), tuple(changes), tuple(cuts), *counts, respelt)


def opinions_by_clip(opinions: Iterable[Opinion]) -> dict[str, list[Opinion]]:
    """Opinions of each clip, in their order; clips in the order of their ids."""
    found: dict[str, list[Opinion]] = {}
    for one in opinions:
        found.setdefault(one.clip_id, []).append(one)
    return dict(sorted(found.items()))


def bare_clips(clips: Iterable[Clip]) -> set[str]:
    """Ids of those that have no label, whether or not they are set aside; of cuts that wait, people hear the whole."""
    return {clip.id for clip in clips if clip.word in WITHOUT_LABEL and clip.reasons != CUT_WAITS}


def heard_clips(by_clip: Mapping[str, Sequence[Opinion]]) -> set[str]:
    """Ids of those of which somebody said something that is no machine."""
    return {clip for clip, own in by_clip.items() if any(one.kind != "model" for one in own)}


def verdicts_of(
    by_clip: Mapping[str, Sequence[Opinion]], doubled: Doubled, automatic: float | None = None
) -> dict[str, Verdict]:
    """What the opinions of each clip add up to."""
    return {clip: settled(opinions, doubled.needed(clip), automatic) for clip, opinions in by_clip.items()}


def _cut(clip: Clip, verdict: Verdict) -> Cut | None:
    """The part that is kept; None where that is all of the clip, or nothing that could be a word."""
    if verdict.label == BAD or verdict.start is None or verdict.stop is None:
        return None
    stop = min(verdict.stop, clip.samples)
    whole = verdict.start == 0 and stop == clip.samples
    return None if whole or stop - verdict.start < SHORTEST else Cut(clip, verdict.start, stop)


def _of_cut(cut: Cut, verdict: Verdict, there: Mapping[str, Clip]) -> list[Change]:
    identity, word = cut_id(cut.clip, cut.start, cut.stop), word_for(verdict.label)
    known = there.get(identity)
    same = (known.word if known else cut.clip.word) == word
    taken_in = [Change(identity, "reasons", "")] if known is None or _is_ours(known) else []
    return taken_in if same else [Change(identity, "word", word), *taken_in]


def _of_former_cut(clip: Clip, cut: Cut | None) -> list[Change]:
    """A cut that people no longer want waits again."""
    former = _CUT_INTO.fullmatch(clip.reasons)
    if former is None or (cut and former[1] == cut_id(clip, cut.start, cut.stop)):
        return []
    return [Change(former[1], "reasons", CUT_WAITS)]


def _is_ours(clip: Clip) -> bool:
    """Whether a clip is used, or set aside because of its label alone: by people, or by an audit that doubted it."""
    doubted = clip.reasons.startswith(_DOUBTED) and "; " not in clip.reasons
    return not clip.reasons or clip.reasons == NOT_LABELLED or clip.reasons.startswith(PREFIX) or doubted


def _is_played(clip: Clip) -> bool:
    """Whether a clip is a recording of another one through a board, in whose place it stands as a whole."""
    return bool(clip.device and clip.parent)


def _of_clip(clip: Clip, verdict: Verdict, cut: Cut | None) -> list[Change]:
    ours = _is_ours(clip)
    if verdict.label == BAD:
        reason = f"{PREFIX}bad recording ({verdict.agreeing} of {verdict.of})"
        return [Change(clip.id, "reasons", reason)] if ours else []
    if cut:
        return [Change(clip.id, "reasons", f"{CUT_INTO}{cut_id(clip, cut.start, cut.stop)}")]
    word = Change(clip.id, "word", word_for(verdict.label))
    return [word, Change(clip.id, "reasons", "")] if ours else [word]


def _is_new(change: Change, there: Mapping[str, Clip]) -> bool:
    """Whether a change changes something; a clip that is not there yet is a cut that will be stored."""
    clip = there.get(change.clip_id)
    if clip is None:
        return change.after != CUT_WAITS
    return (clip.word if change.field == "word" else clip.reasons) != change.after


def _finding(clip: Clip, verdict: Verdict, cut: Cut | None) -> Finding:
    action = SET_ASIDE if verdict.label == BAD else RELABEL
    by = verdict.by if verdict.by == "adjudicator" else f"{verdict.agreeing} of {verdict.of} {_WHO[verdict.by]}"
    part = f", samples {cut.start} to {cut.stop}" if cut else ""
    return Finding(clip.id, "settled label", action, None, verdict.label, f"was {clip.word}, by {by}{part}")


_WHO = {"people": "people", "automatic": "machines"}
