"""Sentences in which no keyword is said: common words by chance, now and then one that sounds nearly like a keyword.

They mean nothing. What a detector has to be silent in is words that run into each other, and that they do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kws_data.catalog.transcripts import keywords_said
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.sources.synth.confusables import bare_sounds, common_words, pronunciations, sound_alikes
from kws_data.sources.synth.espeak import Espeak
from kws_data.sources.synth.words import accents_of, vocabulary

LENGTHS = (5, 14)  # words of a sentence
NEAR = 0.08  # share of words that sound nearly like a keyword
FEWEST = 100  # with fewer common words sentences would be the same again and again
_DRAWS = 0x5E  # what tells the draws of sentences from others of the same person
_TRIES = 100

Sounds = tuple[str, ...]


@dataclass(frozen=True)
class SentenceWords:
    """Words of which sentences are made.

    Attributes:
        common: the most common ones first.
        near: that sound nearly like a keyword, or phrases that do.
        keywords: none of which may be said.
        ways: how each word of the others and each keyword is pronounced in the accents, without stress.
    """

    common: tuple[str, ...]
    near: tuple[str, ...]
    keywords: tuple[str, ...]
    ways: Mapping[str, tuple[Sounds, ...]]

    def sentence(self, seed: int, person: int, number: int) -> str:
        """A sentence of a person, with a full stop; which one follows from the numbers.

        Raises:
            DataError: nearly all that could be said holds a keyword.
        """
        rng = np.random.default_rng([seed, person, number, _DRAWS])
        for _ in range(_TRIES):
            words = [self._word(rng) for _ in range(int(rng.integers(LENGTHS[0], LENGTHS[1] + 1)))]
            if not self.says_keyword(words):
                text = " ".join(words)
                return f"{text[0].upper()}{text[1:]}."
        raise _no_sentences(self.keywords)

    def _word(self, rng: np.random.Generator) -> str:
        """Common words are drawn more often the more common they are."""
        if self.near and rng.random() < NEAR:
            return self.near[int(rng.integers(len(self.near)))]
        return self.common[int(len(self.common) * rng.random() ** 2)]

    def says_keyword(self, words: Sequence[str]) -> bool:
        """Whether a keyword is said in a row of words, by its letters or, from the beginning of a word on, its
        sounds."""
        if keywords_said(" ".join(words), self.keywords):
            return True
        ways = [self.ways[part] for word in words for part in word.split()]
        return any(
            _begins(ways[first:], keyword)
            for first in range(len(ways))
            for one in self.keywords
            for keyword in self.ways[one]
        )


def sentence_words(config: Config) -> SentenceWords:
    """Words of which the synthetic people of a configuration make sentences.

    Raises:
        DataError: espeak-ng cannot be loaded, or nearly every common word holds a keyword.
    """
    near = tuple(found.word.replace("_", " ") for found in vocabulary(config).confusables)
    return _sentence_words(tuple(word.replace("_", " ") for word in config.keywords), near, accents_of(config))


@lru_cache(maxsize=8)
def _sentence_words(keywords: tuple[str, ...], near: tuple[str, ...], accents: tuple[str, ...]) -> SentenceWords:
    parts = [part for word in (*keywords, *near) for part in word.split()]
    words = list(dict.fromkeys([*keywords, *near, *parts, *common_words()]))
    with Espeak() as espeak:
        said = pronunciations(espeak, words, accents)
    same = sound_alikes(keywords, said)
    ways = {word: tuple(dict.fromkeys(bare_sounds(way) for way in of)) for word, of in said.items()}

    def allowed(word: str) -> bool:
        sounds = [keyword for one in keywords for keyword in ways[one]]
        return (
            word not in same
            and not any(_letters(one) in _letters(word) for one in keywords)
            and not any(_within(keyword, way) for keyword in sounds for way in ways[word])
        )

    common = tuple(word for word in common_words() if ways[word] and allowed(word))
    if len(common) < FEWEST:
        raise _no_sentences(keywords)
    return SentenceWords(common, tuple(word for word in near if ways[word] and allowed(word)), keywords, ways)


def _no_sentences(keywords: Sequence[str]) -> DataError:
    remedy = "they sound like parts of too many words: set data.synth.running_speech_s to 0 and name data.negatives"
    return DataError("no sentences can be made in which no keyword is said", ", ".join(keywords), remedy)


def _letters(word: str) -> str:
    return "".join(sign for sign in word.casefold() if sign.isalnum())


def _within(part: Sounds, whole: Sounds) -> bool:
    """Whether sounds stand in others, one after the other."""
    return bool(part) and any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


def _begins(words: Sequence[Sequence[Sounds]], keyword: Sounds) -> bool:
    """Whether words, each in one of its ways, begin with the sounds of a keyword."""
    if not keyword:
        return False
    for way in words[0] if words else ():
        if way[: len(keyword)] == keyword:
            return True
        if way and keyword[: len(way)] == way and _begins(words[1:], keyword[len(way) :]):
            return True
    return False
