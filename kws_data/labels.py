"""From the word that was said to the label that is learnt, and the one spelling of a word."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from kws_data.errors import DataError

SILENCE = "_silence_"
UNKNOWN = "_unknown_"

FEW_PEOPLE = 5  # a split with fewer says little of anybody else
BACKGROUND = "_background_noise_"
#: Running speech of more than one word, with its transcript: nobody's keyword, but somebody's voice. (Words that start
#: with ``_`` are nobody's, but for ``_unknown_``: see :func:`is_nobodys`.)
SPEECH = "(speech)"
#: A recording whose words nobody is told: it has no label, and somebody's voice is in it.
UNLABELLED = "(unlabelled)"

#: Names of what is no word, and what each counts as where a sign before it marks it as no word.
MARKED = {
    **dict.fromkeys(("noise", "noises", "background", "backgrounds", "bg", "ambient", "ambience"), BACKGROUND),
    **dict.fromkeys(("ambientnoise", "environment", "environmentalnoise", "roomnoise"), BACKGROUND),
    **dict.fromkeys(("silence", "silent", "sil", "quiet", "nothing"), SILENCE),
    **dict.fromkeys(("unknown", "unknowns", "unk", "unknownword", "unknownwords"), UNKNOWN),
    **dict.fromkeys(("other", "others", "otherword", "otherwords", "negative", "negatives", "filler"), UNKNOWN),
}
#: Names that say without such a sign that nobody speaks.
_BACKGROUND_NAMES = frozenset({"backgroundnoise", "backgroundnoises", "bgnoise", "bgnoises"})
_MARKS = "_[](){}<>*#"
_BETWEEN = frozenset({"Pc", "Pd", "Zs", "Zl", "Zp", "Cc", "Cf"})  # categories of signs between the parts of a word
_JOINERS = "\u200c\u200d"  # not seen, and needed to write Persian and Hindi
MOST_SIGNS_OF_WORD = 60
_AROUND = ".,;:!?\u00a1\u00bf\u3002\u3001"
_SAME_SIGN = dict.fromkeys((0x2019, 0x2BC, 0xB4, 0x60), "'") | {0x131: "i"}  # apostrophes; the dotless i


#: Rows of ``clips`` in SQL in which somebody speaks: those that are not :func:`is_nobodys`.
SPOKEN_SQL = f"(substr(clips.word, 1, 1) != '_' OR clips.word = '{UNKNOWN}')"


def is_nobodys(word: str) -> bool:
    """Whether nobody speaks where this is the word: noise and silence. Another word is said by somebody."""
    return word.startswith("_") and word != UNKNOWN


def spelt(text: str) -> str:
    """The one spelling of a word: Unicode's composed form (NFC), no blanks around it, those inside it as ``_``."""
    plain = text.encode("utf-8", "backslashreplace").decode()  # half a sign, as JSON can have it, is no text
    return "_".join(unicodedata.normalize("NFC", plain).split())


def fault_of_word(word: str) -> str:
    """Why nobody can say a word or name clips by it, as what to do; empty where it can be used.

    Args:
        word: as :func:`spelt` has it.
    """
    if word.startswith(("_", "(")):
        return "names that begin with _ or ( are of what is no word"
    if not any(sign.isalnum() for sign in word):
        return "a word has a letter or a digit"
    if set(word) & set("/\\<>") or any(unicodedata.category(sign)[0] == "C" for sign in word if sign not in _JOINERS):
        return "a word has no slash, < or >, and only signs that are seen"
    if len(word) > MOST_SIGNS_OF_WORD:
        return f"a word has at most {MOST_SIGNS_OF_WORD} characters; more is running speech"
    return ""


def likeness(word: str) -> str:
    """What is left of a word without case, width, the signs between its parts and those of a sentence around it.

    It is equal for ``yes``, ``YES`` and ``Yes!``, and for ``hey_jarvis``, ``Hey-Jarvis`` and ``heyjarvis``.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
    plain = plain.replace("i\u0307", "i").translate(_SAME_SIGN)  # the two letters i of Turkish have other capitals
    return "".join(sign for sign in plain if unicodedata.category(sign) not in _BETWEEN).strip(_AROUND)


@lru_cache(maxsize=65_536)  # a catalogue asks for the same few words again and again
def kind_name(text: str) -> str:
    """The one spelling of a kind of noise: Dog bark → dog_bark."""
    return re.sub(r"\W+", "_", text.casefold()).strip("_")


def word_of(name: str) -> str:
    """The word that a folder, a table or a label names: :func:`spelt`, and known names of what is no word as ours.

    ``Background Noise`` and ``_noise_`` are ``_background_noise_``, ``[silence]`` is ``_silence_``, ``_other_`` is
    ``_unknown_``. Plain ``noise`` stays a word, which may be a keyword.
    """
    word = spelt(name)
    bare = likeness(word.strip(_MARKS))
    if bare in _BACKGROUND_NAMES:
        return BACKGROUND
    return MARKED.get(bare, word) if word.startswith(tuple(_MARKS)) else word


def other_spellings(keywords: Sequence[str], words: Iterable[str]) -> dict[str, str]:
    """Words that differ from a keyword only in how they are written -> that keyword."""
    like = {likeness(keyword): keyword for keyword in reversed(keywords)}
    found = {word for word in words if word not in keywords and not word.startswith("_")}
    return {word: like[likeness(word)] for word in sorted(found) if likeness(word) in like}


def respelt(keywords: Sequence[str], words: Iterable[str], answer: str, setting: str) -> Mapping[str, str]:
    """The keyword that each word counts as which differs from it only in how it is written.

    Args:
        keywords: that are learnt.
        words: of all clips, one for each clip.
        answer: ``keyword`` (they are the same word), ``unknown`` (they are other words) or ``stop``.
        setting: what the user sets to one of these, for the error.

    Raises:
        DataError: there are such words and the answer is ``stop``: learnt as other words they teach the opposite.
    """
    counts = Counter(words)
    found = other_spellings(keywords, counts)
    if not found or answer == "unknown":
        return {}
    if answer == "keyword":
        return found
    named = [f"{word} ({counts[word]} clips) for the keyword {keyword}" for word, keyword in found.items()]
    raise DataError(
        "words differ from a keyword only in how they are written",
        ", ".join(named[:5]) + (f" and {len(named) - 5} more" if len(named) > 5 else ""),
        f"rename them, or set {setting} to keyword (they are the same word) or unknown (they are other words)",
    )


def label_of(word: str, keywords: Sequence[str]) -> str | None:
    """Label of a word: itself when it is a keyword, else ``_unknown_``; None for long background noise, and for
    recordings whose words nobody is told."""
    if word in (BACKGROUND, UNLABELLED):
        return None
    if word == SILENCE or word in keywords:
        return word
    return UNKNOWN


def without_other_words(labels_per_split: Mapping[str, Mapping[str, int]]) -> str:
    """A warning when nobody says anything but keywords in some split; empty when all splits have other words."""
    bare = [split for split, counts in labels_per_split.items() if not counts.get(UNKNOWN)]
    if not bare:
        return ""
    consequence = "the detector may fire at any speech, and FPR and false accepts are not measured"
    if "test" not in bare:
        consequence = "the detector may fire at any speech"
    return (
        f"no other words in {', '.join(bare)}: {consequence}; add folders of other words to data.folder, set "
        "data.speech_folder, or data.source: both"
    )


def few_people(speakers: Mapping[str, int]) -> str:
    """A warning when figures rest on a handful of people; empty otherwise."""
    few = {split: count for split, count in speakers.items() if count < FEW_PEOPLE}
    told = ", ".join(f"{split} {count}" for split, count in few.items())
    return f"few people in a split ({told}): its figures say little of others; record more people" if few else ""


def check_keywords(keywords: Sequence[str], words: Iterable[str]) -> None:
    """Raise DataError when a keyword was never said, naming the nearest word and those that were."""
    said = sorted({word for word in words if not word.startswith("_")})
    for keyword in keywords:
        if keyword in said:
            continue
        near = difflib.get_close_matches(keyword, said, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}? " if near else ""
        there = ", ".join(said[:40]) + (", …" if len(said) > 40 else "") if said else "none"
        raise DataError("no clip has the keyword", keyword, f"{hint}words that have clips: {there}")
