"""What is nearly a keyword of several words: its parts alone, turned round, with another beginning or another end.

A detector of "hey kitchen" that has heard these in no other sense fires at "kitchen" and at "okay kitchen".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import product, zip_longest

from kws_data.catalog.transcripts import keywords_said
from kws_data.sources.synth.confusables import Confusable, Pronunciations, bare_sounds, confusables
from kws_data.sources.synth.phonemes import word_distance

COMMON = 24  # other words in the place of a part, from all over the list
MOST_WAYS = 8  # pronunciations of a phrase that are compared: its first ones


def parts_of(keyword: str) -> list[str]:
    """The words of a keyword."""
    return keyword.replace("_", " ").split()


def phrase_confusables(
    keyword: str,
    said: Pronunciations,
    near: Sequence[Confusable],
    listed: Sequence[str],
    keywords: Collection[str],
    max_distance: float,
) -> list[Confusable]:
    """What to say besides a keyword of several words, in the order to take it: parts, then by turns the others.

    Distances are those of the whole, so parts and other ends may be farther than ``max_distance``, which is for the
    words in the place of a part. Nothing that says a keyword or sounds like one is among them.

    Args:
        keyword: of several words.
        said: pronunciations of these, of ``listed`` and of the keywords.
        near: single words that sound nearly like the whole.
        listed: common words, the most common first.
        keywords: all of the configuration.
        max_distance: of a word from the part in whose place it stands.
    """
    parts = parts_of(keyword)
    others = list(listed[:: max(1, len(listed) // COMMON)])
    turns: list[list[str]] = []
    for place, part in enumerate(parts):
        alike = [found.word for found in confusables(part, said, {*parts, *keywords}, max_distance)]
        turns += [[_with(parts, place, word) for word in words if word != part] for words in (alike, others)]
    first = [*_pieces(parts), "_".join(reversed(parts))]
    by_turns = [phrase for turn in zip_longest(*turns, [found.word for found in near]) for phrase in turn if phrase]
    chosen = (_measured(keyword, phrase, said, keywords) for phrase in dict.fromkeys([*first, *by_turns]))
    return [found for found in chosen if found]


def _pieces(parts: Sequence[str]) -> Iterator[str]:
    """All rows of parts that are shorter than the whole, single ones first."""
    for length in range(1, len(parts)):
        for first in range(len(parts) - length + 1):
            yield "_".join(parts[first : first + length])


def _with(parts: Sequence[str], place: int, word: str) -> str:
    return "_".join([*parts[:place], word, *parts[place + 1 :]])


def _measured(keyword: str, phrase: str, said: Pronunciations, keywords: Collection[str]) -> Confusable | None:
    """The phrase with its sounds and distance; None where a keyword is said in it, or nothing."""
    ways = phrase_ways(phrase, said)
    if not ways or keywords_said(phrase.replace("_", " "), list(keywords)):
        return None
    bare = {bare_sounds(way) for way in ways}
    if any(bare_sounds(way) in bare for one in keywords for way in said.get(one, ())):
        return None
    distance = min(word_distance(one, other) for one in said[keyword][:MOST_WAYS] for other in ways)
    return Confusable(keyword, phrase, "".join(ways[0]), round(distance, 4))


def phrase_ways(phrase: str, said: Pronunciations) -> list[tuple[str, ...]]:
    """How a phrase may be said: each of its words in each of its ways, the first ones."""
    of = [said.get(part, ())[:2] for part in parts_of(phrase)]
    return [tuple(sound for way in ways for sound in way) for ways in product(*of)][:MOST_WAYS]
