"""Words that are said often are classes; keywords always are."""

from __future__ import annotations

from kws_data.quality.word_classes import word_classes


def test_rare_words_are_one_class_and_keywords_their_own() -> None:
    words = ["yes"] * 3 + ["no"] + ["rare"] + ["_unknown_"]
    found = word_classes(words, keywords=("no",), least=3)
    assert found.names == ("no", "yes", "_unknown_")
    assert found.given.tolist() == [1, 1, 1, 0, 2, 2]


def test_without_rare_words_there_is_no_class_of_them() -> None:
    found = word_classes(["a", "b", "a"], least=1)
    assert found.names == ("a", "b")
    assert found.given.tolist() == [0, 1, 0]
