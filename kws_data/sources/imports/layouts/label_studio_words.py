"""Which of the answers about a stretch, or about a whole recording, is the word that is said there.

Templates ask several things at once: a label for what kind of stretch it is (Speech), a choice for the word, another
for the quality, a field for the transcript. How the questions are called (``name`` in the labelling interface) tells
them apart; where that is not clear nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kws_data.labels import SPEECH, likeness
from kws_data.sources.imports.json_files import items as listed
from kws_data.sources.imports.json_files import text

MOST_WORDS = 4  # a text of more is running speech, not a phrase that one detects

#: Questions that ask for the word.
WORD_NAMES = frozenset(
    {"word", "words", "keyword", "keywords", "wakeword", "command", "phrase", "label", "labels", "class"}
    | {"transcription", "transcript", "transcripts", "transcriptions", "utterance", "spoken", "said"}
)
#: Questions that ask for something else.
_OTHER_NAMES = frozenset(
    {"quality", "noise", "noisy", "background", "environment", "gender", "sex", "age", "accent", "dialect"}
    | {"language", "emotion", "sentiment", "mood", "speaker", "speakers", "voice", "person", "room", "device"}
    | {"microphone", "mic", "distance", "volume", "loudness", "level", "clarity", "confidence", "certainty"}
    | {"usable", "valid", "validity", "ok", "reject", "rating", "score", "issue", "issues", "problem"}
    | {"problems", "comment", "comments", "note", "notes", "remark", "remarks", "flag", "flags", "split"}
    | {"licence", "license", "consent", "difficulty", "snr"}
)
#: Labels that say that there is something, not what is said.
_GENERIC = frozenset(
    {"speech", "noise", "voice", "word", "words", "keyword", "keywords", "wakeword", "command", "utterance"}
    | {"segment", "region", "speaker", "person", "talk", "talking", "human", "audio", "sound", "event", "label"}
    | {"phrase", "spoken", "speaking", "vocal", "target", "positive", "hit", "clip", "stretch", "interval"}
    | {"sample", "foreground", "male", "female", "man", "woman", "child", "music", "other", "background", "wake"}
    | {"key"}
)


@dataclass(frozen=True)
class Answer:
    """One answer: the question's name, what kind it is (``labels``, ``choices``, ``text``, or neither), and words."""

    question: str
    kind: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, question: str, kind: str, value: Mapping[str, Any]) -> Answer:
        """The answer in a result's ``value``."""
        labels = next((value[key] for key in value if key.endswith("labels")), None)
        if labels is not None or kind.endswith("labels"):
            return cls(question, "labels", _texts(labels))
        if "choices" in value or "taxonomy" in value:
            leaves = [listed(path)[-1:] or path for path in listed(value.get("taxonomy"))]
            return cls(question, "choices", _texts([value.get("choices"), leaves]))
        if "text" in value:
            return cls(question, "text", _texts(value["text"]))
        return cls(question, "", ())


@dataclass(frozen=True)
class Said:
    """What is said: one word, several where somebody chose several, none where nothing says it; and the transcript."""

    words: tuple[str, ...] = ()
    transcript: str = ""


def word_of(answers: Sequence[Answer]) -> tuple[Said, str]:
    """What is said by all answers about one stretch or one recording, and why it is not known (empty otherwise)."""
    choices = _questions(answers, "choices")
    texts = {name: words for name, words in _questions(answers, "text").items() if not _named(name, _OTHER_NAMES)}
    labels = tuple(dict.fromkeys(word for answer in answers if answer.kind == "labels" for word in answer.words))
    own = tuple(label for label in labels if not _is_generic(label))
    transcript, doubt = _one_of(texts)
    spoken = " ".join(" ".join(transcript).split())
    asked = _asking(choices, others=not own and not texts)
    chosen, reason = _one_of(asked)
    if reason:
        return Said(), reason
    if chosen and own and not _are_words(asked) and set(chosen) != set(own):
        return (
            Said(),
            f"it is not clear which is the word: label {', '.join(own)} or choice {', '.join(chosen)}; {NAME}",
        )
    if chosen or own:
        return Said(chosen or own, spoken), ""
    if doubt:
        return Said(), doubt
    return Said((_phrase(spoken),) if spoken else labels, spoken), ""


NAME = "name the question of the word 'word' in the labelling interface"


def _questions(answers: Iterable[Answer], kind: str) -> dict[str, tuple[str, ...]]:
    """Words by the question that they answer, of one kind; questions without an answer are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for answer in answers:
        if answer.kind == kind and answer.words:
            found[answer.question] = tuple(dict.fromkeys((*found.get(answer.question, ()), *answer.words)))
    return found


def _asking(questions: Mapping[str, tuple[str, ...]], *, others: bool = True) -> Mapping[str, tuple[str, ...]]:
    """The questions that ask for the word: those named so, else those not named otherwise, else (``others``) all."""
    about = {name for name in questions if _named(name, _OTHER_NAMES)}
    exact = {name: words for name, words in questions.items() if likeness(name) in WORD_NAMES}
    near = {name: words for name, words in questions.items() if _named(name, WORD_NAMES) and name not in about}
    plain = {name: words for name, words in questions.items() if name not in about}
    return exact or near or plain or (questions if others else {})


def _one_of(questions: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], str]:
    """The answer of the one question that asks for the word (or of several that agree), or why it is not clear."""
    asked = _asking(questions)
    if len({frozenset(words) for words in asked.values()}) > 1:
        several = " and ".join(f"{name or '(no name)'} ({', '.join(words)})" for name, words in sorted(asked.items()))
        return (), f"several questions could be the one of the word: {several:.120}; {NAME}"
    return next(iter(asked.values()), ()), ""


def _are_words(questions: Mapping[str, tuple[str, ...]]) -> bool:
    return any(likeness(name) in WORD_NAMES or _named(name, WORD_NAMES) for name in questions)


def _named(name: str, names: frozenset[str]) -> bool:
    """Whether a question's name has one of some names in it: ``audio_quality`` is about the quality."""
    return not names.isdisjoint(_parts(name))


def _parts(name: str) -> list[str]:
    """``audioQuality_2`` is ``audio`` and ``quality``."""
    return [part for part in re.split(r"[\W_\d]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()) if part]


def _is_generic(label: str) -> bool:
    """Whether a label only says that there is something: ``Speech``, ``Spoken word``, ``Speaker B``."""
    parts = [part for part in _parts(label) if len(part) > 1]
    return bool(parts) and _GENERIC.issuperset(parts)


def _phrase(spoken: str) -> str:
    """A text as the word that it is, without the signs of a sentence around it; more than a few words are speech."""
    phrase = spoken.strip(' .,;:!?\u00a1\u00bf\u3002\u3001\u2026"')
    return (phrase or spoken) if len(phrase.split()) <= MOST_WORDS else SPEECH


def _texts(value: object) -> tuple[str, ...]:
    """Texts of a value, whether it is one or a list of them, in their order."""
    if isinstance(value, list):
        return tuple(word for one in value for word in _texts(one))
    return (text(value),) if text(value) else ()
