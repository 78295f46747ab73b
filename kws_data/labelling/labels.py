"""What can be said of a clip beside the word that is heard in it.

A label is a word in the catalogue's spelling, or one of these names, which no word can have.
"""

from __future__ import annotations

from kws_data.errors import DataError
from kws_data.labels import BACKGROUND, SILENCE, SPEECH, UNKNOWN, UNLABELLED, fault_of_word, spelt

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
MOST_SHOWN = 100


def checked_label(text: str) -> str:
    """A label in its one spelling.

    Raises:
        DataError: it is no word (see :func:`kws_data.labels.fault_of_word`) and none of the names here.
    """
    if text in SPECIAL or text == SPEECH:
        return text
    word = spelt(text)
    if fault := fault_of_word(word):
        raise DataError("no such label", text[:MOST_SHOWN], f"{fault}: say a word, or {', '.join(SPECIAL)}")
    return word


def is_label(text: str) -> bool:
    """Whether a clip's word can be given as a label: what came with data sets may be anything."""
    return text in SPECIAL or text == SPEECH or not fault_of_word(spelt(text))


def shown_label(label: str) -> str:
    """A label as a person reads it."""
    return SPECIAL.get(label, label)


def word_for(label: str) -> str:
    """The word of a clip in the catalogue with this label.

    Another word is ``_unknown_``: data sets learn it as no keyword, and its speaker stays a speaker. Where nobody
    speaks it is a recording of noise, which data sets mix under words and cut silence from.
    """
    return BACKGROUND if label == SILENCE else label
