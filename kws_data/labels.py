"""From the word that was said to the label that is learnt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from kws_data.errors import DataError

SILENCE = "_silence_"
UNKNOWN = "_unknown_"

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
