"""Which of several answers is the word."""

from __future__ import annotations

from typing import Any

import pytest

from kws_data.labels import SPEECH
from kws_data.sources.imports.layouts.label_studio_words import Answer, Said, word_of


def answers(**questions: Any) -> list[Answer]:
    """Choices by the name of their question; ``labels`` and ``text…`` are of their own kind."""
    kinds = {
        name: "labels" if name == "labels" else "text" if name.startswith("text") else "choices" for name in questions
    }
    return [Answer.of(name, kinds[name], {kinds[name]: word}) for name, word in questions.items()]


@pytest.mark.parametrize(
    ("questions", "word"),
    [
        ({"choice": ["yes"]}, "yes"),
        ({"word": ["yes"], "quality": ["good"]}, "yes"),
        ({"quality": ["good"], "choice": ["yes"]}, "yes"),
        ({"audio_quality": ["good"], "spoken_word": ["yes"], "q3": ["x"]}, "yes"),
        ({"wordQuality": ["good"], "keyword": ["yes"]}, "yes"),
        ({"q1": ["yes"], "q2": ["yes"]}, "yes"),
        ({"quality": ["good"]}, "good"),
        ({"quality": ["good"], "text": ["yes"]}, "yes"),
        ({"labels": ["yes"], "quality": ["good"]}, "yes"),
        ({"labels": ["Speech"], "quality": ["good"], "gender": ["male"], "text": ["yes"]}, "yes"),
        ({"labels": ["Speaker B"], "choice": ["yes"]}, "yes"),
        ({"labels": ["Anna"], "word": ["yes"]}, "yes"),
        ({"labels": ["Noise"]}, "Noise"),
        ({"labels": ["Noise"], "text_comment": ["a car"]}, "Noise"),
        ({"text": "turn on"}, "turn on"),
        ({"text": ["please turn the light on"]}, SPEECH),
        ({"labels": [3]}, "3"),
    ],
)
def test_the_word_is_found_among_answers(questions: dict[str, Any], word: str) -> None:
    said, reason = word_of(answers(**questions))
    assert (said.words, reason) == ((word,), "")


@pytest.mark.parametrize(
    ("questions", "named"),
    [
        ({"q1": ["yes"], "q2": ["good"]}, ["q1 (yes)", "q2 (good)"]),
        ({"word": ["yes"], "keyword": ["no"], "quality": ["good"]}, ["keyword (no)", "word (yes)"]),
        ({"labels": ["yes"], "choice": ["clear"]}, ["label yes", "choice clear"]),
        ({"text": ["yes"], "text_2": ["no"]}, ["text (yes)", "text_2 (no)"]),
        ({"quality": ["good"], "gender": ["male"]}, ["quality (good)", "gender (male)"]),
    ],
)
def test_what_is_not_clear_names_the_questions(questions: dict[str, Any], named: list[str]) -> None:
    said, reason = word_of(answers(**questions))
    assert said == Said() and "name the question of the word 'word'" in reason
    assert all(name in reason for name in named)


def test_the_deepest_choice_of_a_taxonomy_counts() -> None:
    assert word_of([Answer.of("t", "taxonomy", {"taxonomy": [["words", "yes"]]})])[0] == Said(("yes",))
