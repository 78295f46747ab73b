"""Synthetic people: voices of several English accents and many variants say keywords and other words.

Each speaker has an accent, a variant, a pitch, a rate, a liveliness and a loudness; each take varies them
a little. Clips carry how they were made, so that a data set of them can be told from one of people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from kws_data.audio import Samples, fit_length
from kws_data.catalog import Catalog
from kws_data.clips import ImportCount, NewClip
from kws_data.config import Config
from kws_data.sources.espeak import ACCENTS, VARIANTS, Espeak, SynthVoice

SOURCE = "synth"
RATE_HZ = 16_000
VERSION = 1  # of how clips are made; another one makes other clips

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Speaker:
    """A synthetic person: a voice, and how loud it is (peak, dB of full scale)."""

    number: int
    voice: SynthVoice
    peak_db: float


@dataclass(frozen=True)
class Utterance:
    """One word, once, by one speaker."""

    speaker: Speaker
    word: str
    take: int
    seed: int
    clip_samples: int

    @property
    def origin(self) -> str:
        """What tells it from every other utterance."""
        voice = self.speaker.voice.name
        return f"v{VERSION}/{self.seed}/{self.speaker.number:04d}/{voice}/{self.word}/{self.take}/{self.clip_samples}"

    def rng(self) -> np.random.Generator:
        """Randomness of this utterance alone."""
        word = int.from_bytes(self.word.encode()[:16], "little")
        return np.random.default_rng([self.seed, self.speaker.number, self.take, word])


def make_speakers(count: int, seed: int) -> list[Speaker]:
    """``count`` speakers, spread evenly over variants and accents. The first ones do not depend on ``count``."""
    rng = np.random.default_rng([seed, 0x53])
    variants = [str(name) for name in rng.permutation(VARIANTS)]
    accents = [str(name) for name in rng.permutation(ACCENTS)]
    return [_speaker(number, seed, variants, accents) for number in range(count)]


def _speaker(number: int, seed: int, variants: Sequence[str], accents: Sequence[str]) -> Speaker:
    rng = np.random.default_rng([seed, 0x54, number])
    turn = number // len(variants)
    voice = SynthVoice(
        accent=accents[(number + turn) % len(accents)],
        variant=variants[number % len(variants)],
        pitch=int(rng.integers(30, 71)),
        rate=int(rng.integers(125, 201)),
        range=int(rng.integers(30, 71)),
    )
    return Speaker(number, voice, float(rng.uniform(-18.0, -3.0)))


def utterances(config: Config) -> Iterator[Utterance]:
    """All that is to be said: keywords as often as there are takes, other words once, by each speaker."""
    settings = config.data.synth
    others = [word for word in settings.other_words if word not in config.keywords]
    for speaker in make_speakers(settings.speakers, config.seed):
        for words, takes in ((config.keywords, settings.takes), (others, 1)):
            for word in words:
                for take in range(takes):
                    yield Utterance(speaker, word, take, config.seed, config.clip_samples)


def planned_origins(config: Config) -> set[str]:
    """Origins of all clips of a configuration."""
    return {utterance.origin for utterance in utterances(config)}


def synth_people(catalog: Catalog, config: Config, progress: Progress | None = None) -> ImportCount:
    """Say what is not in the catalogue yet. Safe to interrupt and to repeat.

    Raises:
        DataError: espeak-ng cannot be loaded or lacks a voice.
        CatalogError: the catalogue cannot be written.
    """
    wanted = list(utterances(config))
    spoken = catalog.clips(source=SOURCE, device="", with_set_aside=True)
    there = {clip.origin for clip in spoken if catalog.has_audio(clip.audio_sha256)}
    missing = [utterance for utterance in wanted if utterance.origin not in there]
    count = ImportCount(0, len(wanted) - len(missing))
    if not missing:
        return count
    with Espeak() as espeak:
        return count + catalog.add_clips(_spoken(catalog, espeak, missing, len(wanted), progress))


def _spoken(
    catalog: Catalog, espeak: Espeak, missing: Sequence[Utterance], total: int, progress: Progress | None
) -> Iterator[NewClip]:
    for done, utterance in enumerate(missing, total - len(missing) + 1):
        yield _new_clip(catalog, espeak, utterance)
        if progress:
            progress("synth", done, total)


def _new_clip(catalog: Catalog, espeak: Espeak, utterance: Utterance) -> NewClip:
    speaker, rng = utterance.speaker, utterance.rng()
    voice = vary(speaker.voice, rng)
    samples = place(espeak.say(voice, utterance.word, int(rng.integers(1, 2**31))), utterance, rng)
    return NewClip(
        audio=catalog.store_audio(samples, RATE_HZ),
        word=utterance.word,
        speaker=f"{utterance.seed}/{speaker.number}/{speaker.voice.name}",
        source=SOURCE,
        origin=utterance.origin,
        licence="CC0-1.0",
        consent="synthetic",
        session=f"synth-{utterance.seed}",
        synthetic=True,
        attributes={"engine": "espeak-ng 1.52", "peak_db": round(speaker.peak_db, 2), **asdict(voice)},
    )


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
    """In a clip of its length, up to 80 ms off the middle, at the speaker's loudness, over a
    microphone's own noise (-66 to -54 dB)."""
    peak = max(int(np.abs(samples.astype(np.int32)).max()), 1)
    loud = samples * (32_768.0 / peak * 10.0 ** (utterance.speaker.peak_db / 20.0))
    clip = fit_length(np.clip(np.rint(loud), -32_768, 32_767).astype(np.int16), utterance.clip_samples)
    slack = max(utterance.clip_samples - len(samples), 0) // 2
    reach = min(slack, RATE_HZ * 80 // 1_000)
    clip = np.roll(clip, int(rng.integers(-reach, reach + 1))) if reach else clip
    noise = rng.standard_normal(len(clip)) * (32_768.0 * 10.0 ** (rng.uniform(-66.0, -54.0) / 20.0))
    placed: Samples = np.clip(np.rint(clip + noise), -32_768, 32_767).astype(np.int16)
    return placed
