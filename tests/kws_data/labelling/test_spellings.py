"""Labels that differ from a word only in how they are written."""

from __future__ import annotations

import pytest

from kws_data.labelling.labels import BAD
from kws_data.labelling.spellings import Spellings
from kws_data.labels import UNKNOWN

WORDS = ["go", "go", "Go!", "hey_jarvis", "_go_"]


@pytest.mark.parametrize(
    ("label", "word"),
    [
        ("GO", "go"),  # the most frequent of those that are like it
        ("Go!", "Go!"),  # stands in the catalogue: somebody meant it
        ("Hey-Jarvis", "hey_jarvis"),
        ("gone", "gone"),
        ("STOP", "stop"),  # new, as most labels have it
        (UNKNOWN, UNKNOWN),
        (BAD, BAD),
    ],
)
def test_a_label_is_the_word_that_the_catalogue_or_most_labels_have(label, word):
    assert Spellings(WORDS, ["GO", "GO", "GO", "STOP", "stop", "stop", "gone", UNKNOWN, BAD, ""]).of(label) == word
