"""Which of the answers to a region is its word."""

from __future__ import annotations

import pytest

from kws_data.labels import SPEECH
from kws_data.sources.imports.layouts.label_studio_words import Answer, Kind, spoken, word_among


def answer(text: str) -> Answer:
    """An answer from ``question:kind:word,word``."""
    kinds: dict[str, Kind] = {"labels": "labels", "choices": "choices", "text": "text"}
    question, kind, words = text.split(":")
    return Answer(question, kinds[kind], tuple(words.split(",")))


@pytest.mark.parametrize(
    ("answers", "word"),
    [
        ("labels:labels:yes", "yes"), ("labels:labels:Speech", "Speech"), ("labels:labels:Noise", "Noise"),
        ("labels:labels:Speech choices:choices:yes", "yes"), ("x:labels:Voices choices:choices:Yes", "Yes"),
        ("x:labels:Speaker_1 choices:choices:yes", "yes"), ("x:labels:Speech,yes", "yes"),
        ("labels:labels:Speech t:text:Yes.", "yes"),
        ("labels:labels:Speech choices:choices:yes t:text:yes_please", "yes"),
        ("l:labels:Speech word:choices:yes quality:choices:good", "yes"), ("x:choices:yes quality:choices:good", "yes"),
        ("quality:choices:good", "good"), ("a:choices:good Keyword:choices:yes", "yes"),
        ("a:choices:x label:choices:yes", "yes"), ("quality:choices:good transcription:text:yes", "yes"),
        ("l:labels:yes comment:text:too_loud", "yes"), ("l:labels:yes t:text:Yes!", "yes"),
        ("notes:text:loud transcription:text:no", "no"), ("l:labels:Anna word:choices:yes", "yes"),
    ],
)  # fmt: skip
def test_the_word(answers: str, word: str) -> None:
    found = word_among([answer(one) for one in answers.split()])
    assert (found.word, found.reason) == (word, "")


@pytest.mark.parametrize(
    ("answers", "parts"),
    [
        ("", ["no label"]), ("x:choices:yes,no", ["more than one answer (yes, no)"]),
        ("x:labels:yes,no", ["more than one answer (yes, no)"]),
        ("a:choices:yes b:choices:good", ["(a, b)", "(yes, good)"]),
        ("l:labels:Wake choices:choices:yes", ["(choices, l)"]), ("l:labels:Wake t:text:yes", ["(t, l)", "yes, Wake"]),
        ("a:text:yes b:text:no", ["(a, b)"]), ("word:choices:yes keyword:choices:no", ["(word, keyword)"]),
    ],
)  # fmt: skip
def test_nobody_guesses(answers: str, parts: list[str]) -> None:
    found = word_among([answer(one) for one in answers.split()])
    assert found.word == "" and all(part in found.reason for part in parts) and ":" in found.reason


def test_a_text_is_kept_as_transcript() -> None:
    found = word_among([answer("l:labels:Speech"), Answer("t", "text", ("Yes,", "please."))])
    assert (found.word, found.transcript) == ("yes_please", "Yes, please.")
    found = word_among(
        [answer("word:choices:yes"), Answer("t", "text", ("Yes!",)), Answer("comment", "text", ("loud",))]
    )
    assert (found.word, found.transcript) == ("yes", "Yes!")


@pytest.mark.parametrize(
    ("transcript", "word"),
    [("Yes.", "yes"), ("Hey, Jarvis!", "hey_jarvis"), ("ÜBER", "über"), ("...", SPEECH), ("turn on the light", SPEECH)],
)
def test_words_of_transcripts(transcript: str, word: str) -> None:
    assert spoken(transcript) == word
