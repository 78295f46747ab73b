"""What can be said of a clip beside the word that is heard in it.

A label is a word in the catalogue's spelling, or one of these names, which no word can have.
"""

from __future__ import annotations

from kws_data.errors import DataError
from kws_data.labels import BACKGROUND, SILENCE, SPEECH, UNKNOWN, UNLABELLED, spelt

NOT_SURE = "(not sure)"  # heard, and not decided: somebody else is asked
BAD = "(bad)"  # cut off, two words, too noisy or damaged: of no use, whatever is said
#: What a clip without a label is called where it came from: a folder of recordings, or a board.
WITHOUT_LABEL = (UNLABELLED, "_unlabelled_")
#: Names of labels beside words, and what a person reads.
SPECIAL = {
    UNKNOWN: "another word",
    SILENCE: "nobody speaks",
    BAD: "bad recording",
    NOT_SURE: "not sure",
}
MOST_SIGNS = 100


def checked_label(text: str) -> str:
    """A label in its one spelling.

    Raises:
        DataError: it is empty, too long, or begins as names of what is no word do.
    """
    if text in SPECIAL or text == SPEECH:
        return text
    word = spelt(text)
    if not word or len(word) > MOST_SIGNS or word[0] in "_(":
        remedy = f"a word, or one of {', '.join([*SPECIAL, SPEECH])}"
        raise DataError("no such label", text[:MOST_SIGNS], remedy)
    return word


def shown_label(label: str) -> str:
    """A label as a person reads it."""
    return SPECIAL.get(label, label)


def word_for(label: str) -> str:
    """The word of a clip in the catalogue with this label.

    Another word is ``_unknown_``: data sets learn it as no keyword, and its speaker stays a speaker. Where nobody
    speaks it is a recording of noise, which data sets mix under words and cut silence from.
    """
    return BACKGROUND if label == SILENCE else label
