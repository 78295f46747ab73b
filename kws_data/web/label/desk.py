"""What stands behind the labelling page: the catalogue, the queue, and answers for its requests as plain values.

A catalogue belongs to one thread, so all that is asked of a desk runs in its own, one after the other; audio is read in
others. Clips leave it by their id, and only those of the queue and the examples of the guideline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kws_data.audio import Samples
from kws_data.catalog.attributes import Attribute
from kws_data.catalog.audio_store import load_audio
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip, StoredAudio
from kws_data.catalog.guidelines import Guideline
from kws_data.catalog.opinions import NewOpinion, Opinion
from kws_data.errors import CatalogError, DataError
from kws_data.labelling.guideline import guideline_in_force, rules_of
from kws_data.labelling.labels import SPECIAL, WITHOUT_LABEL, is_label
from kws_data.labelling.pace import Progress
from kws_data.labelling.queue import LabelQueue, QueueSettings, Task
from kws_data.labelling.word_bounds import find_word
from kws_data.web.guideline_html import examples_of, guideline_html
from kws_data.web.label.bodies import Kind, OpinionBody

Answer = TypeVar("Answer")
AROUND_S = 0.1  # that a cut leaves before and after the word, as rule R7 of the guideline that comes with kws asks
KNOWN_WORDS = 500  # that are offered while a word is typed


@dataclass(frozen=True)
class LabelWork:
    """What is labelled.

    Attributes:
        recordings: folder of the catalogue.
        queue: the clips.
        words: that have a button each.
        name: said at the top of the page.
    """

    recordings: Path
    queue: QueueSettings
    words: tuple[str, ...]
    name: str


class LabelDesk:
    """Answers the page's requests. A context manager; every method may be called from any thread."""

    def __init__(self, work: LabelWork) -> None:
        self.work = work
        self._thread = ThreadPoolExecutor(1, "labels")
        try:
            self._catalog, self._queue, self._audio = self.later(self._opened).result()
        except BaseException:
            self._thread.shutdown()
            raise
        self.identity = self.later(self._catalog.secret, "label page").result().hex()[:16]
        self._read_guideline: Guideline | None = None
        self._tokens: set[str] = set()  # of what was given this time, and not taken back
        self._examples: Mapping[str, StoredAudio] = {}

    def __enter__(self) -> LabelDesk:
        return self

    def __exit__(self, *_: object) -> None:
        self.later(self._catalog.close).result()
        self._thread.shutdown()

    def later(self, do: Callable[..., Answer], *arguments: object) -> Future[Answer]:
        """What a method will have answered, in the desk's own thread."""
        return self._thread.submit(do, *arguments)

    def _opened(self) -> tuple[Catalog, LabelQueue, Mapping[str, StoredAudio]]:
        catalog = Catalog(self.work.recordings)
        wanted, rates_hz = {*self.work.queue.clip_ids, *self.work.queue.disputed_ids}, catalog.sample_rates()
        clips = (clip for clip in catalog.clips(with_set_aside=True) if clip.id in wanted)
        return catalog, LabelQueue(catalog, self.work.queue), {clip.id: _audio(clip, rates_hz) for clip in clips}

    # ---- in the desk's thread ------------------------------------------------------------------------------------

    def setup(self) -> dict[str, Any]:
        """What the page shows: the words with a button, further words, special labels, how much there is.

        ``catalogue`` tells the browser whose answers it still holds: several catalogues may use one address in turn.
        """
        known = [word for word in words_by_use(self._catalog) if word not in self.work.words][:KNOWN_WORDS]
        special = [{"label": label, "name": name} for label, name in SPECIAL.items()]
        return {
            "name": self.work.name,
            "catalogue": self.identity,
            "words": self.work.words,
            "more_words": known,
            "special": special,
            "progress": self.progress(),
        }

    def progress(self) -> dict[str, Any]:
        """How far it is, and the pace of each annotator."""
        return self._queue.progress().to_dict()

    def summary(self) -> tuple[int, Progress]:
        """Answers that were given this time, and how far it is."""
        return len(self._tokens), self._queue.progress()

    def next_for(self, annotator: str, count: int, have: Sequence[str]) -> list[Task]:
        """The next clips for somebody, blind."""
        return self._queue.next_for(annotator, count, frozenset(have))

    def disagreements(self, annotator: str, count: int, have: Sequence[str]) -> list[Task]:
        """The next clips for an adjudicator, with what was said of them."""
        return self._queue.disagreements(annotator, count, frozenset(have))

    def give(self, opinions: Sequence[OpinionBody]) -> list[dict[str, Any]]:
        """Keep opinions, each for itself; says of each whether it is kept, and why not.

        Clips may be any of the catalogue: a browser may still hold answers of an earlier page of other clips.
        """
        return [self._give(one) for one in opinions]

    def _give(self, body: OpinionBody) -> dict[str, Any]:
        try:
            audio = self._audio.get(body.clip) or self._audio_of([body.clip]).get(body.clip)
            if audio is not None and body.stop is not None and body.stop > audio.samples:
                raise DataError("a cut ends after its clip", body.stop, f"the clip has {audio.samples} samples")
            given = body.model_dump(exclude={"clip", "annotator"})
            self._catalog.opinions.give(NewOpinion(clip_id=body.clip, giver=body.annotator, **given))
            self._tokens.add(body.token)
        except DataError as error:
            return {"token": body.token, "kept": False, "why": str(error)}
        return {"token": body.token, "kept": True}

    def undo(self, annotator: str, token: str) -> bool:
        """Take an opinion back; False where it holds no more, or is somebody else's."""
        own = self._catalog.opinions.all(giver=annotator, kinds=("person", "adjudicator"))
        found = next((one for one in own if one.token == token), None)
        undone = found is not None and self._catalog.opinions.withdraw(found.id) is not None
        self._tokens -= {token} if undone else set()
        return undone

    def last_of(self, annotator: str, kind: Kind) -> tuple[str, Task] | None:
        """Token and clip of the last opinion of somebody that this page took and that holds."""
        own = self._catalog.opinions.all(giver=annotator, kinds=(kind,))
        mine = [one for one in own if one.token and one.clip_id in self._audio]
        if not mine:
            return None
        clip = next(found for found in self._catalog.find_clips(mine[-1].clip_id) if found.id == mine[-1].clip_id)
        said = self._catalog.opinions.all(clip_ids=[clip.id], kinds=("person", "imported"))
        others = tuple(said) if kind == "adjudicator" else ()
        return str(mine[-1].token), Task(clip, "again", others=others)

    def guideline(self) -> dict[str, Any]:
        """The guideline that holds, as HTML that only says and links, with its rules by name."""
        held = self._held_guideline()
        html = guideline_html(held.text)
        rules = [{"rule": rule, "title": title} for rule, title in rules_of(held.text).items()]
        return {"version": held.version, "html": html, "rules": rules, "added_at": held.added_at}

    def _held_guideline(self) -> Guideline:
        held = guideline_in_force(self._catalog)
        if held != self._read_guideline:
            self._read_guideline, self._examples = held, self._audio_of(examples_of(held.text))
        return held

    def _audio_of(self, clip_ids: Iterable[str]) -> dict[str, StoredAudio]:
        clips = [clip for one in set(clip_ids) for clip in self._catalog.find_clips(one) if clip.id == one]
        rates_hz = self._catalog.sample_rates() if clips else {}
        return {clip.id: _audio(clip, rates_hz) for clip in clips}

    # ---- in any thread -------------------------------------------------------------------------------------------

    def samples(self, identity: str) -> Samples | None:
        """Samples of a clip of the queue or the guideline; None of any other.

        Raises:
            CatalogError: they are gone or damaged.
        """
        audio = self._audio.get(identity) or self._examples.get(identity)
        return None if audio is None else load_audio(self.work.recordings, audio.sha256)

    def described(self, task: Task) -> dict[str, Any]:
        """A task as the page gets it: nothing of where the clip comes from, which might say the word."""
        rate_hz, word, fault = self._audio[task.clip.id].sample_rate_hz, None, ""
        try:
            samples = self.samples(task.clip.id)
            word = None if samples is None else find_word(samples, rate_hz, AROUND_S)
        except CatalogError as error:
            fault = error.what
        return {
            "id": task.clip.id,
            "samples": task.clip.samples,
            "rate_hz": rate_hz,
            "fault": fault,
            "why": task.why,
            "suggestion": task.suggestion,
            "confidence": task.confidence,
            "suggested_by": task.suggested_by,
            "word": None if word is None else [word.start, word.stop],
            "others": [_said(one) for one in task.others],
        }


def _audio(clip: Clip, rates_hz: Mapping[str, int]) -> StoredAudio:
    return StoredAudio(clip.audio_sha256, clip.samples, rates_hz[clip.audio_sha256])


def words_by_use(catalog: Catalog) -> list[str]:
    """Words that clips have, those first that most have."""
    counts = catalog.tally.count_by((Attribute("word", "clips.word"),))
    words = sorted(((-count.clips, count.values[0]) for count in counts), key=lambda pair: pair)
    return [word for _, word in words if word not in WITHOUT_LABEL and word[:1] not in ("_", "(") and is_label(word)]


def _said(one: Opinion) -> dict[str, Any]:
    return {
        "by": one.giver,
        "label": one.label,
        "note": one.note,
        "rule": one.rule,
        "start": one.start,
        "stop": one.stop,
    }
