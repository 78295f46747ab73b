"""Words that sound nearly like a keyword: "no", "goat" and "grow" for "go". A detector that has not heard them fires.

Candidates are a list of common English words and those of the user. Both are pronounced by espeak-ng in each accent
of the configuration; the distance of two words is the smallest over the accents. A word that sounds the same as
a keyword in any accent ("won", "ate") is none: nobody could tell them apart, so it must not be learnt as another word.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from kws_data.sources.synth.espeak import Espeak
from kws_data.sources.synth.phonemes import STRESS, word_distance

WORD_LIST = Path(__file__).with_name("english.txt")
TURNS = ((False, True), (True, False), (True, True))  # (same beginning, same end)
NEITHER = (False, False)
RARE = 0.5  # what a word's distance is multiplied by: this for the most common word, this and 1 for the rarest

Pronunciations = Mapping[str, Sequence[tuple[str, ...]]]


@dataclass(frozen=True)
class Confusable:
    """A word, its phonemes, and how far it is from a keyword (0 would be the same sounds)."""

    keyword: str
    word: str
    phonemes: str
    distance: float


def common_words() -> list[str]:
    """The words of the list that comes with kws, in its order."""
    lines = WORD_LIST.read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def pronunciations(espeak: Espeak, words: Sequence[str], accents: Sequence[str]) -> dict[str, list[tuple[str, ...]]]:
    """How each word is said: its different pronunciations over the accents, the first accent's first.

    Raises:
        DataError: espeak-ng cannot be loaded or lacks an accent.
    """
    said: dict[str, dict[tuple[str, ...], None]] = {word: {} for word in words}
    for accent in accents:
        for word, phonemes in zip(words, espeak.pronounce(words, accent), strict=True):
            if phonemes:
                said[word].setdefault(phonemes)
    return {word: list(ways) for word, ways in said.items()}


def sound_alikes(keywords: Sequence[str], said: Pronunciations) -> dict[str, str]:
    """Words that sound the same as a keyword in some accent, and which: not to be learnt as other words."""
    bare = {keyword: {bare_sounds(way) for way in said.get(keyword, ())} for keyword in keywords}
    found = {}
    for word, ways in said.items():
        if word in bare:
            continue
        for keyword in keywords:
            if {bare_sounds(way) for way in ways} & bare[keyword]:
                found[word] = keyword
    return found


def bare_sounds(way: Sequence[str]) -> tuple[str, ...]:
    """A pronunciation without stress and length, by which two words are told apart."""
    return tuple(phoneme.strip(f"{STRESS}ː") for phoneme in way)


def confusables(keyword: str, said: Pronunciations, exclude: Collection[str], max_distance: float) -> list[Confusable]:
    """Words at most ``max_distance`` from a keyword, without those in ``exclude``, in the order to take them.

    By turns one with another beginning ("no" for "go"), one with another end ("goat") and one with another middle
    ("grow"), and after all of these those with neither beginning nor end in common; in each turn the most harmful. Harm
    is how often a word is said times how likely it is mistaken. ``said`` starts with the most common words, so one at
    its end must be about a third as far away to stand before one at its beginning.
    """
    ways = said.get(keyword, ())
    left_out = {keyword, *exclude}
    turns: dict[tuple[bool, bool], list[tuple[float, Confusable]]] = {turn: [] for turn in (*TURNS, NEITHER)}
    for rank, (word, others) in enumerate(said.items()):
        if word not in left_out and others and ways:
            how_far, nearest = min((word_distance(a, b), b) for a in ways for b in others)
            if how_far <= max_distance:
                found = Confusable(keyword, word, "".join(others[0]), round(how_far, 4))
                turns[_shared(ways, nearest)].append((how_far * (RARE + rank / len(said)), found))
    ordered = {
        turn: [found for _, found in sorted(scored, key=lambda pair: (pair[0], pair[1].word))]
        for turn, scored in turns.items()
    }
    by_turns = (found for turn in zip_longest(*(ordered[turn] for turn in TURNS)) for found in turn if found)
    return [*by_turns, *ordered[NEITHER]]


def _shared(ways: Sequence[tuple[str, ...]], word: Sequence[str]) -> tuple[bool, bool]:
    """Whether a word begins, and whether it ends, as a keyword does in some accent."""
    bare = bare_sounds(word)
    begins = any(bare_sounds(way)[0] == bare[0] for way in ways)
    return begins, any(bare_sounds(way)[-1] == bare[-1] for way in ways)
