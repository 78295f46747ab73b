"""What synthetic people say: the keywords, words that sound nearly like them, and other words.

Who says which of the other words is dealt out, so that each word is said about as often as any other and what a person
says does not depend on how many people there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from kws_data.config.config import Config
from kws_data.config.synth import ConfusableSettings
from kws_data.sources.synth.confusables import Confusable, common_words, confusables, pronunciations, sound_alikes
from kws_data.sources.synth.espeak import ACCENTS, Espeak
from kws_data.sources.synth.phrases import parts_of, phrase_confusables


@dataclass(frozen=True)
class Vocabulary:
    """Words of a configuration.

    Attributes:
        confusables: near-words, those of the first keyword first; each once.
        others: the configuration's own words that are no keyword.
        common: further words, from the list of common ones.
        same_sound: words left out because they sound like a keyword in some accent, and that keyword.
        phonemes: IPA of each word in the first accent (empty where espeak-ng was not asked).
    """

    keywords: tuple[str, ...]
    confusables: tuple[Confusable, ...]
    others: tuple[str, ...]
    common: tuple[str, ...]
    same_sound: dict[str, str]
    phonemes: dict[str, str]

    def said_by(self, number: int, config: Config) -> list[str]:
        """The words that are no keyword which person ``number`` says once each."""
        near = [found.word for found in self.confusables]
        settings = config.data.synth
        return [
            *dealt(near, number, settings.confusables.per_speaker),
            *self.others,
            *dealt(self.common, number, settings.common_per_speaker),
        ]


def dealt(words: Sequence[str], number: int, count: int | None) -> list[str]:
    """``count`` of the words (all when None) for person ``number``: the next ones round the list."""
    if count is None or count >= len(words):
        return list(words)
    return [words[(number * count + place) % len(words)] for place in range(count)]


def vocabulary(config: Config) -> Vocabulary:
    """What the synthetic people of a configuration say.

    Raises:
        DataError: espeak-ng is needed and cannot be loaded, or lacks an accent.
    """
    settings = config.data.synth
    return _vocabulary(
        tuple(config.keywords),
        tuple(settings.other_words),
        tuple(settings.candidates),
        accents_of(config),
        settings.common_words,
        settings.confusables,
    )


def accents_of(config: Config) -> tuple[str, ...]:
    """Accents of espeak-ng in which words are pronounced, to tell how near they are."""
    settings = config.data.synth
    return tuple(settings.accents if settings.engine.kind == "espeak" and settings.accents else ACCENTS)


@lru_cache(maxsize=8)
def _vocabulary(
    keywords: tuple[str, ...],
    own: tuple[str, ...],
    candidates: tuple[str, ...],
    accents: tuple[str, ...],
    common: int,
    nearness: ConfusableSettings,
) -> Vocabulary:
    own = tuple(word for word in dict.fromkeys(own) if word not in keywords)
    if not common and not nearness.per_keyword:
        return Vocabulary(keywords, (), own, (), {}, {})
    listed = common_words()
    parts = [part for keyword in keywords for part in parts_of(keyword)]
    words = list(dict.fromkeys([*keywords, *candidates, *own, *listed, *parts]))
    with Espeak() as espeak:
        said = pronunciations(espeak, words, accents)
    same = sound_alikes(keywords, said)
    chosen: dict[str, Confusable] = {}
    for keyword in keywords if nearness.per_keyword else ():
        near = confusables(keyword, said, {*keywords, *same, *chosen, *own}, nearness.max_distance)
        if len(parts_of(keyword)) > 1:
            near = phrase_confusables(keyword, said, near, listed, keywords, nearness.max_distance)
            near = [found for found in near if found.word not in {*chosen, *own}]
        near = [found for found in near if found.distance >= nearness.min_distance]
        chosen |= {found.word: found for found in near[: nearness.per_keyword]}
    taken = {*keywords, *same, *chosen, *own}
    more = tuple(word for word in listed if word not in taken)[:common]
    others = tuple(word for word in own if word not in same)
    phonemes = {word: "".join(ways[0]) for word, ways in said.items() if ways}
    return Vocabulary(keywords, tuple(chosen.values()), others, more, same, phonemes)
