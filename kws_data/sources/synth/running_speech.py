"""Running speech of synthetic people (``data.synth.running_speech_s``): hours in which no keyword is said, of nobody.

Each person says sentences until there are so many seconds of them. They are stored as negatives are: each sentence is a
recording, cut into stretches. A sentence follows from the person and its number, so that more seconds add to those that
are there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, groupby
from operator import attrgetter
from typing import Any

from kws_data.audio import Samples
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip, ImportCount, NewClip
from kws_data.catalog.folders import running_speech_id
from kws_data.catalog.negative_clips import STRETCH_S, starts_of
from kws_data.config.config import Config
from kws_data.labels import SPEECH
from kws_data.progress import Progress
from kws_data.sources.synth.at_once import said_at_once, several
from kws_data.sources.synth.engines import SpeechEngine
from kws_data.sources.synth.people import (
    RATE_HZ,
    SOURCE,
    WORKERS,
    Speaker,
    Utterance,
    make_speakers,
    place,
    provenance,
    vary,
    way_of,
)
from kws_data.sources.synth.sentences import SentenceWords, sentence_words
from kws_data.sources.synth.spoken_file import SaidNothingError

STRETCH = round(STRETCH_S * RATE_HZ)
PAUSE_S = 0.4  # in all, before and after a sentence
GIVEN_UP = 3  # sentences in a row of which nothing came: the person says no more
CUT = 1  # of how stretches are cut; another one makes other clips


@dataclass(frozen=True)
class Talk:
    """What a person says.

    Attributes:
        origins: of all sentences, those that were there already too.
        clips: stretches of those that were not.
        unsaid: each sentence of which the engine made nothing, and why.
    """

    origins: tuple[str, ...]
    clips: tuple[NewClip, ...] = ()
    unsaid: tuple[tuple[str, str], ...] = ()


def say_running_speech(
    catalog: Catalog,
    config: Config,
    progress: Progress | None = None,
    workers: int = WORKERS,
    unsaid: list[tuple[str, str]] | None = None,
) -> ImportCount:
    """Say what is not in the catalogue yet. Safe to interrupt and to repeat; the same for any number of workers.

    In the end the stretches of the configuration are noted: the clips of ``running_speech_id(config)``.

    Args:
        catalog: where stretches go.
        config: whose people speak; nothing is said without ``data.synth.running_speech_s``.
        progress: told ("running speech", people done, of all).
        workers: engines at once.
        unsaid: takes each sentence of which an engine made nothing, and why.

    Raises:
        ConfigError: there is no such engine, or its settings do not fit.
        DataError: the engine cannot be loaded, lacks a voice or fails; no sentence is without a keyword.
        CatalogError: the catalogue cannot be written.
    """
    if not config.data.synth.running_speech_s:
        return ImportCount()
    known = {origin: _samples(stretches) for origin, stretches in _complete(catalog).items()}
    script = _Script(catalog, config, sentence_words(config), known)
    people = make_speakers(config.data.synth, config.seed)
    talks = {speaker.number: talk for speaker in people if (talk := script.told(speaker))}
    added = ImportCount()
    for speaker, talk in _said(script, [one for one in people if one.number not in talks], workers):
        added += catalog.add_clips(talk.clips)
        talks[speaker.number] = talk
        if unsaid is not None:
            unsaid += talk.unsaid
        if progress:
            progress("running speech", len(talks), len(people))
    there = _complete(catalog)
    noted = [clip.id for talk in talks.values() for origin in talk.origins for clip in there.get(origin, ())]
    catalog.note_clips(running_speech_id(config), noted)
    return replace(added, known=len(noted) - added.added)


def _said(script: _Script, waiting: Sequence[Speaker], workers: int) -> Iterator[tuple[Speaker, Talk]]:
    """What each of some people says, in their order."""
    for settings, group in groupby(waiting, key=attrgetter("engine")):
        speakers = list(group)
        with several(settings, workers) as engines:
            yield from zip(speakers, said_at_once(script.say, engines, speakers), strict=True)


def _complete(catalog: Catalog) -> dict[str, list[Clip]]:
    """Stretches by the origin of their sentence, of sentences of which all are there."""
    found: dict[str, list[Clip]] = defaultdict(list)
    for clip in catalog.clips(source=SOURCE, device=""):
        if "start_sample" in clip.attributes and catalog.has_audio(clip.audio_sha256):
            found[clip.origin.rpartition("[")[0]].append(clip)
    return {origin: of for origin, of in found.items() if len(of) == len(starts_of(_samples(of), STRETCH))}


def _samples(stretches: Sequence[Clip]) -> int:
    """Of the whole sentence."""
    return int(stretches[0].attributes["sentence_samples"])


@dataclass(frozen=True)
class _Script:
    """What everybody of a configuration says, and how long those sentences are that are there: ``known``."""

    catalog: Catalog
    config: Config
    words: SentenceWords
    known: dict[str, int]

    def sentences(self, speaker: Speaker) -> Iterator[Utterance]:
        """All that a person could say, one after the other, without end."""
        settings, seed = self.config.data.synth, self.config.seed
        way = f"{way_of(settings, speaker.engine)}, running"
        for number in count():
            text = self.words.sentence(seed, speaker.number, number)
            yield Utterance(speaker, text, number, seed, 0, way, floor_db=settings.floor_db)

    def told(self, speaker: Speaker) -> Talk | None:
        """What a person says, where all of it is there; else None."""
        origins: list[str] = []
        left = self._wanted()
        for sentence in self.sentences(speaker):
            if left <= 0:
                break
            if sentence.origin not in self.known:
                return None
            origins.append(sentence.origin)
            left -= self.known[sentence.origin]
        return Talk(tuple(origins))

    def say(self, engine: SpeechEngine, speaker: Speaker) -> Talk:
        """What a person says, said where it is not there."""
        origins, clips, unsaid = list[str](), list[NewClip](), list[tuple[str, str]]()
        left, in_a_row = self._wanted(), 0
        for sentence in self.sentences(speaker):
            if left <= 0 or in_a_row == GIVEN_UP:
                break
            try:
                stretches = [] if sentence.origin in self.known else self._stretches(engine, sentence)
            except SaidNothingError as error:
                unsaid.append((f"{sentence.word} by {speaker.voice.name}", f"{error.what}: {error.value}"))
                in_a_row += 1
                continue
            in_a_row = 0
            origins.append(sentence.origin)
            clips += stretches
            left -= self.known.get(sentence.origin) or int(stretches[0].attributes["sentence_samples"])
        return Talk(tuple(origins), tuple(clips), tuple(unsaid))

    def _wanted(self) -> int:
        return round(self.config.data.synth.running_speech_s * RATE_HZ)

    def _stretches(self, engine: SpeechEngine, sentence: Utterance) -> list[NewClip]:
        rng = sentence.rng()
        voice = vary(sentence.speaker.voice, rng)
        said = engine.say(voice, sentence.word, int(rng.integers(1, 2**31)))
        samples = place(said, replace(sentence, clip_samples=len(said) + round(PAUSE_S * RATE_HZ)), rng)
        about = provenance(engine, voice, sentence) | {
            "kind": "speech",
            "transcript": sentence.word,
            "recording": f"{sentence.seed}-{sentence.speaker.number:04d}-{sentence.take:03d}",
            "sentence_samples": len(samples),
            "speaker_known": True,
            "cut": CUT,
        }
        starts = starts_of(len(samples), STRETCH)
        return [self._stretch(engine, sentence, samples, start, about) for start in starts]

    def _stretch(
        self, engine: SpeechEngine, sentence: Utterance, samples: Samples, start: int, about: dict[str, Any]
    ) -> NewClip:
        return NewClip(
            audio=self.catalog.store_audio(samples[start : start + STRETCH], RATE_HZ),
            word=SPEECH,
            speaker=sentence.person,
            source=SOURCE,
            origin=f"{sentence.origin}[{start}]",
            licence=engine.licence,
            consent="synthetic",
            session=f"synth-{sentence.seed}",
            synthetic=True,
            attributes={**about, "start_sample": start},
        )
