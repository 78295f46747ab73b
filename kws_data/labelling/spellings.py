"""One spelling of each word that labels bring into the catalogue: ``GO`` is no other word than its ``go``.

A data set refuses words that differ from a keyword only in how they are written, and learnt as another word they would
teach the opposite.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kws_data.labels import likeness


class Spellings:
    """How words of the catalogue, and words that labels add to it, are written.

    Args:
        words: of the clips, one for each clip; each stays as it is.
        labels: that come to it, one for each clip. One that is like a word of the catalogue, or else like more frequent
            labels, becomes that.
    """

    def __init__(self, words: Iterable[str], labels: Iterable[str]) -> None:
        self._there = Counter(words)
        self._like: dict[str, str] = {}
        for counts in (self._there, Counter(labels)):
            for word in sorted(filter(_is_word, counts), key=lambda word: (-counts[word], word)):
                self._like.setdefault(likeness(word), word)

    def of(self, label: str) -> str:
        """The word that a label is."""
        return label if label in self._there or not _is_word(label) else self._like.get(likeness(label), label)


def _is_word(text: str) -> bool:
    return not text.startswith(("_", "("))
