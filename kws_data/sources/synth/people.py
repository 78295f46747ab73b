"""Synthetic people: voices of several accents and many variants say keywords, near-words and other words.

Each speaker has an accent, a variant, a pitch, a rate, a liveliness and a loudness; each take varies them
a little. Clips carry how they were made, so that a data set of them can be told from one of people. Several engines
may speak at once; each utterance depends on nothing but itself, so their number changes no byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np

from kws_data.audio import Samples, fit_length
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import ImportCount, NewClip
from kws_data.catalog.folders import synth_id
from kws_data.config.config import Config
from kws_data.config.synth import EngineSettings, SynthSettings
from kws_data.errors import DataError
from kws_data.progress import Progress
from kws_data.sources.synth.at_once import said_at_once, several
from kws_data.sources.synth.engines import SpeechEngine, make_engine
from kws_data.sources.synth.espeak import Espeak, SynthVoice
from kws_data.sources.synth.groups import groups, numbered_groups
from kws_data.sources.synth.neural.engine import NeuralEngine
from kws_data.sources.synth.spoken_file import SaidNothingError
from kws_data.sources.synth.too_long import SAID_MS
from kws_data.sources.synth.words import vocabulary

SOURCE = "synth"
RATE_HZ = 16_000
WORKERS = 2
MARKS = 0x4D  # what tells the draws of marks from the others of an utterance
VERSION = 1  # of how clips are made; another one makes other clips


@dataclass(frozen=True)
class Speaker:
    """A synthetic person: a voice, how loud it is (peak, dB of full scale), and what speaks with it."""

    number: int
    voice: SynthVoice
    peak_db: float
    engine: EngineSettings = field(default_factory=EngineSettings)


@dataclass(frozen=True)
class Utterance:
    """One word, once, by one speaker. ``way`` says in what its settings differ from the usual ones."""

    speaker: Speaker
    word: str
    take: int
    seed: int
    clip_samples: int
    way: str = ""
    phonemes: str = ""
    marks: Sequence[str] = ("",)
    floor_db: tuple[float, float] = (-66.0, -54.0)

    @property
    def person(self) -> str:
        """Who says it, as it stands with the clip."""
        return f"{self.seed}/{self.speaker.number}/{self.speaker.voice.name}"

    @property
    def origin(self) -> str:
        """What tells it from every other utterance."""
        voice = f"{self.speaker.voice.name}{self.way}"
        return f"v{VERSION}/{self.seed}/{self.speaker.number:04d}/{voice}/{self.word}/{self.take}/{self.clip_samples}"

    def rng(self) -> np.random.Generator:
        """Randomness of this utterance alone."""
        word = int.from_bytes(self.word.encode()[:16], "little")
        return np.random.default_rng([self.seed, self.speaker.number, self.take, word])

    def mark(self) -> str:
        """What is written after the word; drawn apart, so that marks change nothing else."""
        word = int.from_bytes(self.word.encode()[:16], "little")
        draws = np.random.default_rng([self.seed, self.speaker.number, self.take, word, MARKS])
        return self.marks[int(draws.integers(len(self.marks)))] if len(self.marks) > 1 else self.marks[0]


def make_speakers(settings: SynthSettings, seed: int) -> list[Speaker]:
    """Speakers of all engines. The first ones do not depend on how many there are.

    Raises:
        ConfigError: there is no such engine.
    """
    people: list[Speaker] = []
    for first, group in numbered_groups(settings):
        people += _speakers(group, seed, first)
    return people


def _speakers(settings: SynthSettings, seed: int, first: int) -> list[Speaker]:
    """People of one engine, numbered from ``first`` on, spread evenly over its voices and accents."""
    engine = make_engine(settings.engine)
    rng = np.random.default_rng([seed, 0x53])
    variants = [str(name) for name in rng.permutation(settings.voices or engine.voices)]
    accents = [str(name) for name in rng.permutation(settings.accents or engine.accents)]
    numbers = range(first, first + settings.speakers)
    return [_speaker(number, seed, variants, accents, settings) for number in numbers]


def _speaker(
    number: int, seed: int, variants: Sequence[str], accents: Sequence[str], settings: SynthSettings
) -> Speaker:
    rng = np.random.default_rng([seed, 0x54, number])
    turn = number // len(variants)
    voice = SynthVoice(
        accent=accents[(number + turn) % len(accents)],
        variant=variants[number % len(variants)],
        pitch=int(rng.integers(settings.pitch[0], settings.pitch[1] + 1)),
        rate=int(rng.integers(settings.rate[0], settings.rate[1] + 1)),
        range=int(rng.integers(settings.range[0], settings.range[1] + 1)),
    )
    return Speaker(number, voice, float(rng.uniform(-18.0, -3.0)), settings.engine)


def utterances(config: Config) -> Iterator[Utterance]:
    """What each speaker says: keywords as often as there are takes, other words once, or as often as they are listed.

    Raises:
        ConfigError, DataError: the engine cannot be had.
    """
    settings, words = config.data.synth, vocabulary(config)
    often = Counter(settings.other_words)
    for engine, people in groupby(make_speakers(settings, config.seed), key=attrgetter("engine")):
        way = way_of(settings, engine)
        for speaker in people:
            for word in (*config.keywords, *words.said_by(speaker.number, config)):
                said_so = (way, words.phonemes.get(word, ""), settings.marks, settings.floor_db)
                for take in range(settings.takes if word in config.keywords else max(often[word], 1)):
                    yield Utterance(speaker, word, take, config.seed, config.clip_samples, *said_so)


def way_of(settings: SynthSettings, engine: EngineSettings) -> str:
    """In what settings and engine make other sounds of the same speaker and word: empty for the usual ones."""
    usual = SynthSettings()
    parts = [] if engine == usual.engine else [make_engine(engine).name.replace("/", "_")]
    if settings.marks != usual.marks:
        parts.append(f"marks {''.join(mark or '_' for mark in settings.marks)}")
    if settings.floor_db != usual.floor_db:
        parts.append("floor {:g} to {:g} dB".format(*settings.floor_db))
    parts += [
        f"{name} {low}-{high}"
        for name, (low, high) in (("pitch", settings.pitch), ("rate", settings.rate), ("range", settings.range))
        if (low, high) != getattr(usual, name)
    ]
    return "".join(f", {part}" for part in parts)


def synth_people(
    catalog: Catalog,
    config: Config,
    progress: Progress | None = None,
    workers: int = WORKERS,
    unsaid: list[tuple[str, str]] | None = None,
) -> ImportCount:
    """Say what is not in the catalogue yet. Safe to interrupt and to repeat; the same for any number of workers.

    ``unsaid`` takes each utterance of a word that is no keyword of which an engine made nothing, and why.

    In the end the clips of the configuration are noted (those of ``synth_id(config)``), so that nobody has to work out
    again what its people say.

    Raises:
        ConfigError: there is no such engine, or its settings do not fit.
        DataError: the engine cannot be loaded, lacks a voice or fails.
        CatalogError: the catalogue cannot be written.
    """
    wanted = list(utterances(config))
    origins = {utterance.origin for utterance in wanted}
    spoken = catalog.clips(source=SOURCE, device="", with_set_aside=True)
    there = {clip.origin for clip in spoken if catalog.has_audio(clip.audio_sha256)}
    missing = [utterance for utterance in wanted if utterance.origin not in there]
    count = ImportCount(0, len(wanted) - len(missing))
    for group in groups(config.data.synth):
        said_by = [utterance for utterance in missing if utterance.speaker.engine == group.engine]
        missing = [utterance for utterance in missing if utterance.speaker.engine != group.engine]
        done = len(wanted) - len(missing) - len(said_by)
        if said_by:
            with several(group.engine, workers) as engines:
                counted = (done, len(wanted))
                make = partial(_new_clip_or_none, catalog, config, [] if unsaid is None else unsaid)
                count += catalog.add_clips(_spoken(make, engines, said_by, counted, progress))
    said = catalog.clips(source=SOURCE, device="", with_set_aside=True)
    catalog.note_clips(synth_id(config), (clip.id for clip in said if clip.origin in origins))
    return count


def _new_clip_or_none(
    catalog: Catalog,
    config: Config,
    unsaid: list[tuple[str, str]],
    engine: SpeechEngine,
    utterance: Utterance,
) -> NewClip | None:
    """The clip; None of another word of which the engine made nothing: there are programs that stumble over some."""
    try:
        return _new_clip(catalog, engine, utterance, keyword=utterance.word in config.keywords)
    except SaidNothingError as error:
        if utterance.word in config.keywords:
            raise DataError(f"{error.what} for the keyword {utterance.word}", error.value, error.remedy) from None
        unsaid.append((f"{utterance.word} by {utterance.speaker.voice.name}", f"{error.what}: {error.value}"))
        return None


def _spoken(
    make: Callable[[SpeechEngine, Utterance], NewClip | None],
    engines: Sequence[SpeechEngine],
    missing: Sequence[Utterance],
    counted: tuple[int, int],
    progress: Progress | None,
) -> Iterator[NewClip]:
    """Clips in the order of the utterances; ``counted``: done before, in all."""
    done, total = counted
    for clip in said_at_once(make, engines, missing):
        done += 1
        if clip is not None:
            yield clip
        if progress:
            progress("synth", done, total)


def _new_clip(catalog: Catalog, engine: SpeechEngine, utterance: Utterance, *, keyword: bool) -> NewClip:
    speaker, rng = utterance.speaker, utterance.rng()
    voice = vary(speaker.voice, rng)
    mark = utterance.mark()
    text = utterance.word.replace("_", " ") + mark  # not every program passes over the sign
    said = engine.say(voice, text, int(rng.integers(1, 2**31)))
    samples = place(said, utterance, rng)
    lost = {SAID_MS: 1_000 * len(said) // RATE_HZ} if keyword and len(said) > utterance.clip_samples else {}
    return NewClip(
        audio=catalog.store_audio(samples, RATE_HZ),
        word=utterance.word,
        speaker=utterance.person,
        source=SOURCE,
        origin=utterance.origin,
        licence=engine.licence,
        consent="synthetic",
        session=f"synth-{utterance.seed}",
        synthetic=True,
        attributes=provenance(engine, voice, utterance) | ({"mark": mark} if mark else {}) | lost,
    )


def provenance(engine: SpeechEngine, voice: SynthVoice, utterance: Utterance) -> dict[str, Any]:
    """How a clip was made, enough to make it again."""
    made = {"engine": engine.name, "peak_db": round(utterance.speaker.peak_db, 2), **asdict(voice)}
    if not isinstance(engine, Espeak):
        person = engine.person(voice.variant) if isinstance(engine, NeuralEngine) else voice.variant
        made["variant"] = f"{engine.name} {person}"  # voices of two engines may share a name
        made |= {"manner": voice.variant} if person != voice.variant else {}
    return made | ({"phonemes": utterance.phonemes} if utterance.phonemes else {})


def vary(voice: SynthVoice, rng: np.random.Generator) -> SynthVoice:
    """The same voice in another take: a little higher or lower, faster or slower."""
    return SynthVoice(
        voice.accent,
        voice.variant,
        pitch=int(np.clip(voice.pitch + rng.integers(-6, 7), 0, 99)),
        rate=int(voice.rate * rng.uniform(0.92, 1.08)),
        range=int(np.clip(voice.range + rng.integers(-10, 11), 0, 99)),
    )


def place(samples: Samples, utterance: Utterance, rng: np.random.Generator) -> Samples:
    """In a clip of its length, up to 80 ms off the middle, at the speaker's loudness, over a microphone's own noise."""
    peak = max(int(np.abs(samples.astype(np.int32)).max()), 1)
    loud = samples * (32_768.0 / peak * 10.0 ** (utterance.speaker.peak_db / 20.0))
    clip = fit_length(np.clip(np.rint(loud), -32_768, 32_767).astype(np.int16), utterance.clip_samples)
    slack = max(utterance.clip_samples - len(samples), 0) // 2
    reach = min(slack, RATE_HZ * 80 // 1_000)
    clip = np.roll(clip, int(rng.integers(-reach, reach + 1))) if reach else clip
    noise = rng.standard_normal(len(clip)) * (32_768.0 * 10.0 ** (rng.uniform(*utterance.floor_db) / 20.0))
    placed: Samples = np.clip(np.rint(clip + noise), -32_768, 32_767).astype(np.int16)
    return placed
