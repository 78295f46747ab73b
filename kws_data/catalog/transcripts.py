"""Words of a transcript."""

from __future__ import annotations

import unicodedata


def words_of(sentence: str) -> list[str]:
    """Words of a sentence in lower case, without the signs around them."""
    return [word for word in (_bare(part) for part in sentence.lower().split()) if word]


def _bare(word: str) -> str:
    def outside(sign: str) -> bool:
        return unicodedata.category(sign)[0] in "PSC"

    while word and outside(word[0]):
        word = word[1:]
    while word and outside(word[-1]):
        word = word[:-1]
    return word.replace("/", "").replace("\\", "")
