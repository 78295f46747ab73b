"""From the word that was said to the label that is learnt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from kws_data.errors import DataError

SILENCE = "_silence_"
UNKNOWN = "_unknown_"

FEW_PEOPLE = 5  # a split with fewer says little of anybody else
BACKGROUND = "_background_noise_"
#: Running speech of more than one word, with its transcript: nobody's keyword, but somebody's voice. (Words that start
#: with ``_`` are nobody's.)
SPEECH = "(speech)"


def label_of(word: str, keywords: Sequence[str]) -> str | None:
    """Label of a word: itself when it is a keyword, else ``_unknown_``; None for long background noise."""
    if word == BACKGROUND:
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
