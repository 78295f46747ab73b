"""Moments of a run's streams that are worth hearing: ``report/moments.json``, and their sound in ``report/moments/``.

A moment is a false accept, a word that was missed or taken for another, an answer that came late, or (a few) one that
was right: with the sound of two seconds before and after it, the average scores in them, and whose sound it is.
*evaluate* writes them while it has the streams' samples; *report* only reads them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from firmware_tools.atomic import write_text
from kws_data.audio import Samples, write_flac
from kws_data.run_folder import MOMENTS_FILE, MOMENTS_FOLDER, read_result

FALSE, WRONG, MISSED, LATE, RIGHT = "false accept", "wrong word", "missed", "late", "right"
#: How many of each kind are kept, at most, in the order in which people are told of them.
MOST = {FALSE: 36, WRONG: 12, MISSED: 28, LATE: 8, RIGHT: 8}
SLOW_MS = 400.0  # an answer is late from here on
SCHEMA = 1


@dataclass(frozen=True)
class Said:
    """A keyword in a stream: seconds of its start and end, and when it was heard, if it was."""

    label: str
    start_s: float
    end_s: float
    heard_s: float | None


@dataclass(frozen=True)
class Fired:
    """A detection in a stream: seconds of its start, label, probability, and ``right``, ``false`` or ``uncounted``."""

    time_s: float
    label: str
    score: float
    verdict: str


@dataclass(frozen=True)
class StreamLine:
    """A stream in which a moment lies.

    Attributes:
        name: of the recording.
        kind: of negative: speech, noise and so on.
        how: ``by themselves``, ``words laid into them`` or ``clips in a row``.
        seconds: of the whole.
        words: keywords said in it.
        fired: all detections.
        line: the best keyword's average probability, the highest in each of some equal stretches of the stream; None
            where no score was made.
        threshold: the lowest of the keywords' thresholds, as an average probability.
    """

    name: str
    kind: str
    how: str
    seconds: float
    words: tuple[Said, ...]
    fired: tuple[Fired, ...]
    line: tuple[float | None, ...]
    threshold: float


@dataclass(frozen=True)
class Moment:
    """One moment.

    Attributes:
        kind: FALSE, WRONG, MISSED, LATE or RIGHT.
        stream: place of its stream in the document.
        time_s: of the detection, or of the middle of a word that was missed, from the stream's start.
        said: keyword, empty where none was.
        heard: keyword, empty where nothing was.
        score: average probability: of what was heard, of what was said where that was missed.
        threshold: of that keyword, as an average probability.
        answer_ms: from the word's end to its detection; None where it was not detected.
        begin_s: of the sound, from the stream's start, ``seconds`` its length.
        times_s: of the scores, from the stream's start.
        scores: average probability of each keyword at these times.
        sources: whose sound it is: a mapping of plain texts for the word, if one was said, and for what lies around it.
        audio: name of the sound in the folder of moments.
    """

    kind: str
    stream: int
    time_s: float
    said: str
    heard: str
    score: float
    threshold: float
    answer_ms: float | None
    begin_s: float
    seconds: float
    times_s: tuple[float, ...]
    scores: Mapping[str, tuple[float, ...]]
    sources: tuple[Mapping[str, str], ...] = ()
    audio: str = ""


@dataclass(frozen=True)
class Moments:
    """What ``moments.json`` holds; ``found`` counts all moments of each kind, of which ``moments`` are the chosen."""

    streams: tuple[StreamLine, ...] = ()
    moments: tuple[Moment, ...] = ()
    found: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Moments:
        """Inverse of :meth:`to_dict`; raises KeyError, TypeError or ValueError for other values."""
        return cls(
            tuple(_stream(one) for one in values["streams"]),
            tuple(_moment(one) for one in values["moments"]),
            dict(values["found"]),
        )


def _stream(values: Mapping[str, Any]) -> StreamLine:
    words = tuple(Said(**one) for one in values["words"])
    fired = tuple(Fired(**one) for one in values["fired"])
    return StreamLine(**{**values, "words": words, "fired": fired, "line": tuple(values["line"])})


def _moment(values: Mapping[str, Any]) -> Moment:
    scores = {label: tuple(those) for label, those in values["scores"].items()}
    return Moment(
        **{**values, "times_s": tuple(values["times_s"]), "scores": scores, "sources": tuple(values["sources"])}
    )


def write_moments(folder: Path, moments: Moments, sounds: Sequence[Samples], sample_rate_hz: int) -> None:
    """Write the sounds into ``folder/moments`` (what lay there goes), and then ``folder/moments.json``.

    Args:
        folder: the run's report.
        moments: what is said of each.
        sounds: of each, int16 ``[n]``.
        sample_rate_hz: theirs.

    Raises:
        OSError: a file cannot be written.
    """
    (folder / MOMENTS_FILE).unlink(missing_ok=True)
    shutil.rmtree(folder / MOMENTS_FOLDER, ignore_errors=True)
    (folder / MOMENTS_FOLDER).mkdir(parents=True)
    for moment, samples in zip(moments.moments, sounds, strict=True):
        write_flac(folder / MOMENTS_FOLDER / moment.audio, samples, sample_rate_hz)
    write_text(folder / MOMENTS_FILE, json.dumps(moments.to_dict(), separators=(",", ":")) + "\n")


def read_moments(folder: Path) -> Moments:
    """What :func:`write_moments` wrote; raises DataError where it is missing or damaged."""
    return read_result(folder / MOMENTS_FILE, "run --until evaluate", Moments.from_dict)
