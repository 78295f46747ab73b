"""The word among the answers that Label Studio joins in one region: labels, choices, texts.

The templates of Label Studio draw a region with a general label (``Speech``) and ask what is said in it by choice or
text; or the label is the word itself; or further questions ask for the quality. Which answer is the word follows from
the kind of the question and its name; where that does not say it, nobody guesses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kws_data.catalog.transcripts import words_of
from kws_data.labels import SPEECH
from kws_data.sources.imports.json_files import shown

#: Names of questions that ask for the word, and of those that may.
ASKING = frozenset({"word", "keyword", "wakeword", "hotword", "command", "utterance", "spokenword"})
MAY_ASK = frozenset({"label", "transcription", "transcript", "class"})
#: Names of questions that ask for something else.
ASIDE = frozenset({"quality", "noise", "noisy", "background", "loudness", "volume", "clipped", "clipping", "usable"})
ASIDE |= {"gender", "sex", "age", "accent", "speaker", "language", "emotion", "mood", "confidence", "sure", "valid"}
ASIDE |= {"comment", "note", "remark", "rating", "review", "environment", "room", "distance", "device"}
#: Labels of regions that say where somebody speaks and not what, and where nobody speaks.
SPOKEN = frozenset({"speech", "voice", "word", "keyword", "wakeword", "command", "utterance", "phrase", "spoken"})
SPOKEN |= {"segment", "region", "speaker", "sound", "audio", "human", "person", "male", "female", "talking", "vocal"}
UNSPOKEN = frozenset({"noise", "background", "music", "silence"})
MOST_WORDS = 3
Kind = Literal["labels", "choices", "text"]


@dataclass(frozen=True)
class Answer:
    """What was answered to one question: its name (``from_name``), its kind, and the answers."""

    question: str
    kind: Kind
    words: tuple[str, ...]

    @property
    def is_general(self) -> bool:
        """Whether it says where somebody speaks or nobody does, not what is said."""
        return self.kind == "labels" and all(_plain(word) in SPOKEN | UNSPOKEN for word in self.words)

    @property
    def is_open(self) -> bool:
        """Whether it says where somebody speaks, not what."""
        return self.is_general and any(_plain(word) in SPOKEN for word in self.words)

    @property
    def is_aside(self) -> bool:
        """Whether its question asks for something else than the word."""
        return self.kind != "labels" and _plain(self.question) in ASIDE

    @property
    def said(self) -> tuple[str, ...]:
        """The words it may stand for: texts as one word, general labels only where there is no other."""
        if self.kind == "text":
            return (spoken(" ".join(self.words)),)
        if self.kind == "choices" or self.is_general:
            return self.words
        return tuple(word for word in self.words if _plain(word) not in SPOKEN | UNSPOKEN)


@dataclass(frozen=True)
class Word:
    """The word of a region, its transcript, or why there is no word."""

    word: str = ""
    transcript: str = ""
    reason: str = ""


def word_among(answers: Sequence[Answer]) -> Word:
    """The word of a region or of a whole recording; ``reason`` where it has none or more than one."""
    answers = [answer for answer in answers if answer.words]
    about_words = [answer for answer in answers if not answer.is_aside] or answers
    transcript = " ".join(text for answer in about_words if answer.kind == "text" for text in answer.words)
    asking = _asking(about_words)
    if not asking:
        return Word(reason="has no label, choice or text: label it and export it again")
    spoken_words = {word.casefold(): word for answer in asking for word in answer.said}
    if len(spoken_words) == 1:
        return Word(next(iter(spoken_words.values())), transcript)
    heard = ", ".join(shown(word) for word in spoken_words.values())
    if len(asking) == 1:
        return Word(reason=f"has more than one answer ({heard}): leave one")
    questions = ", ".join(shown(answer.question or answer.kind) for answer in asking)
    return Word(reason=f"has several questions ({questions}) and answers ({heard}): name the one for the word 'word'")


def _asking(answers: Sequence[Answer]) -> list[Answer]:
    """Those that may be the word; one, unless it is not clear."""
    if named := [answer for answer in answers if answer.kind != "labels" and _plain(answer.question) in ASKING]:
        return named
    choices = [answer for answer in answers if answer.kind == "choices"]
    texts = [answer for answer in answers if answer.kind == "text"]
    labels = [answer for answer in answers if answer.kind == "labels" and not answer.is_general]
    if choices:
        return _narrowed(choices) + labels
    if texts:
        return _narrowed(texts) + labels
    return labels or [answer for answer in answers if answer.kind == "labels"]


def _narrowed(answers: list[Answer]) -> list[Answer]:
    """The one whose name tells that it may ask for the word; all, when none or several are so named."""
    named = [answer for answer in answers if _plain(answer.question) in MAY_ASK]
    return named if len(named) == 1 else answers


def spoken(transcript: str) -> str:
    """The word of a transcript: up to three words joined by ``_``; a longer one is running speech."""
    words = words_of(transcript)
    return ("_".join(words).lstrip("_") if len(words) <= MOST_WORDS else "") or SPEECH


def _plain(name: str) -> str:
    """A name without case, signs, numbers and the ``s`` of the plural."""
    bare = re.sub(r"[\W_\d]+", "", name.casefold())
    return bare.removesuffix("s") if len(bare) > 4 and not bare.endswith("ss") else bare
