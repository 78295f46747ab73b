"""How far apart two pronunciations are: a weighted edit distance over phonemes, from how each is spoken.

Phonemes are IPA symbols. What a substitution costs is the weighted difference of articulatory features: values and
relative weights after Kondrak, "A new algorithm for the alignment of phonetic sequences" (ALINE), NAACL 2000: place and
manner count most, then voicing, nasality, the shape of the lips. A diphthong is compared by its beginning and its end.

Where a sound stands matters: a small detector hears the beginning of a word and its stressed vowel best, and fires
before the last sound has ended, so what differs there weighs less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

STRESS = "ˈˌ"
INSERTION = 0.6  # a sound more or less, relative to the greatest difference between two sounds
LAST_SOUND = 0.7  # weight of an edit after which only the end of the word follows
STRESSED_VOWEL = 1.3
_VOWEL_AGAINST_CONSONANT = 1.0


@dataclass(frozen=True)
class Consonant:
    """Place (1 at the lips, 0 at the glottis) and manner (1 stop, 0.6 approximant) of ALINE's scales."""

    place: float
    manner: float
    voiced: bool
    nasal: bool = False
    lateral: bool = False


@dataclass(frozen=True)
class Vowel:
    """Height (1 close) and front (1 front), where it starts and where it ends; rounded lips; long."""

    height: tuple[float, float]
    front: tuple[float, float]
    rounded: tuple[bool, bool]
    long: bool = False
    rhotic: bool = False


Sound = Consonant | Vowel

_BILABIAL, _LABIODENTAL, _DENTAL, _ALVEOLAR, _RETROFLEX = 1.0, 0.95, 0.9, 0.85, 0.8
_POSTALVEOLAR, _PALATAL, _VELAR, _UVULAR, _GLOTTAL = 0.75, 0.7, 0.6, 0.5, 0.1
_STOP, _AFFRICATE, _FRICATIVE, _APPROXIMANT = 1.0, 0.9, 0.8, 0.6

CONSONANTS: dict[str, Consonant] = {
    "p": Consonant(_BILABIAL, _STOP, False),
    "b": Consonant(_BILABIAL, _STOP, True),
    "t": Consonant(_ALVEOLAR, _STOP, False),
    "d": Consonant(_ALVEOLAR, _STOP, True),
    "ɾ": Consonant(_ALVEOLAR, 0.9, True),
    "k": Consonant(_VELAR, _STOP, False),
    "ɡ": Consonant(_VELAR, _STOP, True),
    "ʔ": Consonant(_GLOTTAL, _STOP, False),
    "tʃ": Consonant(_POSTALVEOLAR, _AFFRICATE, False),
    "dʒ": Consonant(_POSTALVEOLAR, _AFFRICATE, True),
    "f": Consonant(_LABIODENTAL, _FRICATIVE, False),
    "v": Consonant(_LABIODENTAL, _FRICATIVE, True),
    "θ": Consonant(_DENTAL, _FRICATIVE, False),
    "ð": Consonant(_DENTAL, _FRICATIVE, True),
    "s": Consonant(_ALVEOLAR, _FRICATIVE, False),
    "z": Consonant(_ALVEOLAR, _FRICATIVE, True),
    "ʃ": Consonant(_POSTALVEOLAR, _FRICATIVE, False),
    "ʒ": Consonant(_POSTALVEOLAR, _FRICATIVE, True),
    "ç": Consonant(_PALATAL, _FRICATIVE, False),
    "x": Consonant(_VELAR, _FRICATIVE, False),
    "ɣ": Consonant(_VELAR, _FRICATIVE, True),
    "ʁ": Consonant(_UVULAR, _FRICATIVE, True),
    "h": Consonant(_GLOTTAL, _FRICATIVE, False),
    "m": Consonant(_BILABIAL, _STOP, True, nasal=True),
    "n": Consonant(_ALVEOLAR, _STOP, True, nasal=True),
    "ɲ": Consonant(_PALATAL, _STOP, True, nasal=True),
    "ŋ": Consonant(_VELAR, _STOP, True, nasal=True),
    "l": Consonant(_ALVEOLAR, _APPROXIMANT, True, lateral=True),
    "ɫ": Consonant(_ALVEOLAR, _APPROXIMANT, True, lateral=True),
    "ɹ": Consonant(_RETROFLEX, _APPROXIMANT, True),
    "r": Consonant(_RETROFLEX, _APPROXIMANT, True),
    "j": Consonant(_PALATAL, _APPROXIMANT, True),
    "w": Consonant(_BILABIAL, _APPROXIMANT, True),
    "ʍ": Consonant(_BILABIAL, _APPROXIMANT, False),
}

#: Symbol -> height, front, rounded.
VOWELS: dict[str, tuple[float, float, bool]] = {
    "i": (1.0, 1.0, False),
    "y": (1.0, 1.0, True),
    "ɪ": (0.85, 0.85, False),
    "ɨ": (1.0, 0.5, False),
    "ʉ": (1.0, 0.5, True),
    "u": (1.0, 0.0, True),
    "ʊ": (0.85, 0.15, True),
    "e": (0.7, 1.0, False),
    "ø": (0.7, 1.0, True),
    "ɛ": (0.4, 1.0, False),
    "ə": (0.5, 0.5, False),
    "ɚ": (0.5, 0.5, False),
    "ɜ": (0.45, 0.5, False),
    "ɝ": (0.45, 0.5, False),
    "ɐ": (0.2, 0.5, False),
    "o": (0.7, 0.0, True),
    "ɔ": (0.4, 0.0, True),
    "ʌ": (0.4, 0.15, False),
    "æ": (0.15, 0.9, False),
    "a": (0.0, 0.7, False),
    "ɑ": (0.0, 0.0, False),
    "ɒ": (0.0, 0.0, True),
}


@lru_cache(maxsize=4_096)
def sound_of(phoneme: str) -> Sound:
    """Features of an IPA phoneme; stress marks, length and accents over it are set apart. An unknown symbol is a
    schwa-like vowel."""
    bare = phoneme.strip(STRESS)
    for symbol in (bare[:2], bare[:1]):
        if symbol in CONSONANTS:
            return CONSONANTS[symbol]
    spoken = [VOWELS[symbol] for symbol in bare if symbol in VOWELS] or [VOWELS["ə"]]
    (height, front, rounded), (last_height, last_front, last_rounded) = spoken[0], spoken[-1]
    rhotic = any(symbol in bare for symbol in "ɚɝɹr")
    return Vowel((height, last_height), (front, last_front), (rounded, last_rounded), "ː" in bare, rhotic)


@lru_cache(maxsize=65_536)
def sound_distance(one: str, other: str) -> float:
    """How unlike two phonemes sound: 0 (the same) to 1."""
    a, b = sound_of(one), sound_of(other)
    if isinstance(a, Consonant) and isinstance(b, Consonant):
        manner, place = abs(a.manner - b.manner), abs(a.place - b.place)
        flags = 0.15 * (a.voiced != b.voiced) + 0.2 * (a.nasal != b.nasal) + 0.2 * (a.lateral != b.lateral)
        return min(1.0, 1.2 * manner + 0.8 * place + flags)
    if isinstance(a, Vowel) and isinstance(b, Vowel):
        ends = (
            0.9 * abs(a.height[end] - b.height[end])
            + 0.7 * abs(a.front[end] - b.front[end])
            + 0.15 * (a.rounded[end] != b.rounded[end])
            for end in (0, 1)
        )
        return min(1.0, sum(ends) / 2 + 0.05 * (a.long != b.long) + 0.15 * (a.rhotic != b.rhotic))
    return _VOWEL_AGAINST_CONSONANT


def word_distance(keyword: Sequence[str], word: Sequence[str]) -> float:
    """Weighted edit distance of two pronunciations, divided by the length of the longer: 0 (the same) to about 1.

    Dynamic programming of Levenshtein's distance; each edit weighs as its place in ``keyword`` says.
    """
    if not keyword or not word:
        return float(bool(keyword) != bool(word))
    weights = [_weight(keyword, place) for place in range(len(keyword))]
    after_last = LAST_SOUND
    row = [0.0]
    for number in range(len(word)):
        row.append(row[-1] + INSERTION * (weights[0] if number + 1 < len(word) else 1.0))
    for place, sound in enumerate(keyword):
        insert_weight = after_last if place + 1 == len(keyword) else weights[place]
        current = [row[0] + INSERTION * weights[place]]
        for number, heard in enumerate(word):
            current.append(
                min(
                    row[number] + weights[place] * sound_distance(sound, heard),
                    row[number + 1] + INSERTION * weights[place],
                    current[number] + INSERTION * insert_weight,
                )
            )
        row = current
    return row[-1] / max(len(keyword), len(word))


def _weight(keyword: Sequence[str], place: int) -> float:
    if isinstance(sound_of(keyword[place]), Vowel):
        stressed = any(mark in keyword[place] for mark in STRESS)
        return STRESSED_VOWEL if stressed or len(keyword) < 3 else 1.0
    return LAST_SOUND if 0 < place == len(keyword) - 1 else 1.0
