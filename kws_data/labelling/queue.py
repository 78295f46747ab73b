"""Who labels which clip next: several people at once, some clips twice and blind, disputed ones once more.

Nothing that counts is kept here: opinions are in the catalogue, each in a transaction of its own, so a server that is
killed loses none. What a queue remembers is whom it handed a clip a moment ago, so that two people do not get the
same one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import RELABEL
from kws_data.catalog.clips import Clip
from kws_data.catalog.opinions import Opinion
from kws_data.labelling.audited import last_audit, to_hear
from kws_data.labelling.doubled import Doubled
from kws_data.labelling.heard import Heard
from kws_data.labelling.labels import NOT_SURE, WITHOUT_LABEL
from kws_data.labelling.pace import Progress, progress_of
from kws_data.labelling.settle import PEOPLE, Verdict, settled

_UNHEARD = Verdict("", "", 0, 0, "open")
HANDED_SECONDS = 120.0  # so long a clip that somebody got is given to nobody else


@dataclass(frozen=True)
class Task:
    """A clip to be heard.

    Attributes:
        clip: it.
        why: ``unlabelled``, ``second opinion``, ``found by audit``, ``selected``, ``labelled`` (it has a label, and was
            asked for all the same), ``review`` or ``disagreement``.
        suggestion: label that a model or an audit suggests, or empty.
        confidence: of the suggestion, from 0 to 1, or None.
        suggested_by: who suggests it.
        others: what was said so far; only an adjudicator sees it.
    """

    clip: Clip
    why: str
    suggestion: str = ""
    confidence: float | None = None
    suggested_by: str = ""
    others: tuple[Opinion, ...] = ()


@dataclass(frozen=True)
class QueueSettings:
    """What is to be labelled.

    Attributes:
        clip_ids: in the order in which they are handed out.
        twice_share: of the clips that two people label.
        seed: draws those.
        since_guideline: opinions under an older version of the guideline do not count: they are given again.
        why: said of clips that nobody found or asked for otherwise.
        disputed_ids: further clips, which only an adjudicator gets; the guideline of their opinions does not matter.
    """

    clip_ids: tuple[str, ...]
    twice_share: float = 0.1
    seed: int = 0
    since_guideline: int | None = None
    why: str = "labelled"
    disputed_ids: tuple[str, ...] = ()


class LabelQueue:
    """Hands out clips. Of one thread, as its catalogue."""

    def __init__(self, catalog: Catalog, settings: QueueSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._catalog, self._settings, self._clock = catalog, settings, clock
        wanted = dict.fromkeys((*settings.clip_ids, *settings.disputed_ids))
        found = {clip.id: clip for clip in catalog.clips(with_set_aside=True) if clip.id in wanted}
        self._clips = {identity: found[identity] for identity in wanted if identity in found}
        self._only_disputed = set(settings.disputed_ids).difference(settings.clip_ids)
        self._doubled = Doubled(settings.twice_share, settings.seed)
        self._heard = Heard(catalog)
        self._verdicts: dict[str, Verdict] = {}  # of clips that somebody labelled
        self._closed: set[str] = set()  # those that nobody need hear again: a queue goes through all clips in order
        self._handed: dict[str, dict[str, float]] = {}  # clip -> who got it -> until when
        self._audited = to_hear(last_audit(catalog) or ())

    def next_for(self, annotator: str, count: int = 1, skip: Collection[str] = ()) -> list[Task]:
        """The next clips for somebody, whatever others said of them unseen; fewer, or none, where none are left.

        Who asks again gets the same ones until they gave an opinion, or name them in ``skip``.
        """
        return self._hand(annotator, count, self._open_to(annotator, set(skip)), self._blind)

    def disagreements(self, adjudicator: str, count: int = 1, skip: Collection[str] = ()) -> list[Task]:
        """Clips that people disagree on or were not sure of, those first that the adjudicator did not label."""
        return self._hand(adjudicator, count, self._disputed_for(adjudicator, set(skip)), self._seen)

    def progress(self) -> Progress:
        """How far it is, and how fast each annotator is."""
        self._refresh()
        verdicts = [self._verdicts.get(identity, _UNHEARD) for identity in self._clips]
        return progress_of(verdicts, [one for identity in self._clips for one in self._given(identity)])

    def _hand(self, who: str, count: int, candidates: Iterator[str], task: Callable[[str], Task]) -> list[Task]:
        self._refresh()
        until, handed = self._clock() + HANDED_SECONDS, list[str]()
        for identity in candidates:
            if len(handed) >= count:
                break
            handed.append(identity)
        there = self._catalog.known_ids(handed)  # somebody may have been forgotten since
        for identity in set(handed) - there:
            self._clips.pop(identity)
        for identity in there:
            self._handed.setdefault(identity, {})[who] = until
        return [task(identity) for identity in handed if identity in there]

    def _open_to(self, annotator: str, skip: set[str]) -> Iterator[str]:
        for identity in self._clips:
            if identity in self._closed or identity in skip or identity in self._only_disputed:
                continue
            gave = {one.giver for one in self._given(identity) if one.kind in PEOPLE}
            busy = self._busy(identity) - gave - {annotator}
            if annotator not in gave and len(gave) + len(busy) < self._doubled.needed(identity):
                yield identity

    def _disputed_for(self, adjudicator: str, skip: set[str]) -> Iterator[str]:
        own = list[str]()
        disputed = {clip for clip, verdict in self._verdicts.items() if verdict.state == "disagreement"}
        for identity in self._clips:
            if identity in skip or identity not in disputed:
                continue
            gave = [one for one in self._given(identity) if one.giver == adjudicator]
            if self._busy(identity) - {adjudicator} or any(one.kind == "adjudicator" for one in gave):
                continue
            if gave:
                own.append(identity)
            else:
                yield identity
        yield from own

    def _busy(self, identity: str) -> set[str]:
        """Who has a clip before them at this moment."""
        now, there = self._clock(), self._handed.get(identity, {})
        return {who for who, until in there.items() if until > now}

    def _blind(self, identity: str) -> Task:
        given = self._given(identity)
        found = self._audited.get(identity)
        if self._settings.since_guideline is not None:
            why = "review"
        elif any(one.kind in PEOPLE for one in given):
            why = "second opinion"
        elif found is not None:
            why = "found by audit"
        else:
            why = "unlabelled" if self._clips[identity].word in WITHOUT_LABEL else self._settings.why
        task = Task(self._clips[identity], why)
        models = [one for one in self._heard.of(identity) if one.kind == "model" and one.label != NOT_SURE]
        if models:
            best = max(models, key=lambda one: (one.confidence or 0.0, one.id))
            return replace(task, suggestion=best.label, confidence=best.confidence, suggested_by=best.giver)
        if found is not None and found.action == RELABEL and found.suggestion:
            sure = found.value if found.value is not None and 0 <= found.value <= 1 else None
            return replace(task, suggestion=found.suggestion, confidence=sure, suggested_by="audit")
        return task

    def _seen(self, identity: str) -> Task:
        others = tuple(one for one in self._given(identity) if one.kind != "model")
        return replace(self._blind(identity), why="disagreement", others=others)

    def _given(self, identity: str) -> tuple[Opinion, ...]:
        """Opinions that count: those under an older guideline do not where labels are reviewed."""
        since, held = self._settings.since_guideline, self._heard.of(identity)
        if since is None or identity in self._only_disputed:
            return held
        return tuple(one for one in held if (one.guideline or 0) >= since)

    def _refresh(self) -> None:
        for identity in self._heard.refresh():
            self._verdicts[identity] = settled(self._given(identity), self._doubled.needed(identity))
            (self._closed.discard if self._verdicts[identity].state == "open" else self._closed.add)(identity)
            gave = {one.giver for one in self._given(identity)}
            there = self._handed.get(identity, {})
            self._handed[identity] = {who: until for who, until in there.items() if who not in gave}
