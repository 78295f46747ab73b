"""Running speech as other words: only where its transcript shows that no keyword is said in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kws_data.clips import Clip
from kws_data.labels import SPEECH
from kws_data.sources.people import words_of


def keywords_in_speech(clips: Iterable[Clip], keywords: Sequence[str]) -> dict[str, str]:
    """Clips of running speech that cannot be other words, by id, with the reason: a keyword is said, or may be."""
    reasons = {}
    for clip in clips:
        if clip.word == SPEECH and (reason := _reason(str(clip.attributes.get("transcript", "")), keywords)):
            reasons[clip.id] = reason
    return reasons


def _reason(transcript: str, keywords: Sequence[str]) -> str:
    said = words_of(transcript)
    if not said:
        return "running speech without a transcript: a keyword may be said in it"
    found = [keyword for keyword in keywords if _is_said(keyword.lower().split("_"), said)]
    return f"running speech in which a keyword is said: {', '.join(found)}" if found else ""


def _is_said(phrase: Sequence[str], said: Sequence[str]) -> bool:
    """Whether the words of a phrase follow one another in what was said."""
    return any(list(said[start : start + len(phrase)]) == list(phrase) for start in range(len(said)))
