"""What was really said in long recordings, and what a detection was worth in its light."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kws_data.errors import DataError

LABELS_FILE, TRANSCRIPTS_FILE = "labels.csv", "metadata.csv"
EARLY_S, LATE_S = 0.1, 1.0  # a detection belongs to a word from its start - EARLY_S to its end + LATE_S


@dataclass
class Spoken:
    """A keyword that was said, and whether it was heard."""

    label: str
    start_s: float
    end_s: float
    heard: bool = False


@dataclass(frozen=True)
class Truth:
    """By file: keywords with their times, and keywords known only to occur somewhere in the file."""

    spoken: Mapping[str, Sequence[Spoken]] = field(default_factory=dict)
    mentioned: Mapping[str, frozenset[str]] = field(default_factory=dict)


def load_truth(folder: Path, labels: Sequence[str]) -> Truth:
    """Read ``labels.csv`` and the transcripts of ``metadata.csv``, where they are there.

    Raises:
        DataError: a row that cannot be read.
    """
    spoken: dict[str, list[Spoken]] = {}
    for number, row in _rows(folder / LABELS_FILE):
        try:
            word = Spoken(row["label"], float(row["start_s"]), float(row["end_s"]))
            name = row["file"]
        except (KeyError, TypeError, ValueError):
            where = f"{folder / LABELS_FILE} line {number}"
            raise DataError("label cannot be read", where, "columns are file,label,start_s,end_s") from None
        if word.label in labels[2:]:
            spoken.setdefault(name, []).append(word)
    mentioned: dict[str, frozenset[str]] = {}
    for _, row in _rows(folder / TRANSCRIPTS_FILE):
        words = set(re.findall(r"[a-z']+", (row.get("transcript") or "").lower()))
        if row.get("file") and words:
            mentioned[row["file"]] = frozenset(words & set(labels[2:]))
    return Truth(spoken, mentioned)


def judge(truth: Truth, file: str, times_s: Sequence[float], labels: Sequence[str]) -> tuple[list[str], list[Spoken]]:
    """Verdict on each detection of one file, in order of time, and the keywords said in it.

    A verdict is ``right`` (its keyword was said just before), ``uncounted`` (its keyword occurs in the transcript,
    nobody knows when) or ``false``. A word is heard once; detecting it again is false.
    """
    words = [Spoken(word.label, word.start_s, word.end_s) for word in truth.spoken.get(file, ())]
    verdicts = []
    for time, label in zip(times_s, labels, strict=True):
        word = next((w for w in words if not w.heard and w.label == label and _near(time, w)), None)
        if word is not None:
            word.heard = True
        uncounted = label in truth.mentioned.get(file, frozenset())
        verdicts.append("right" if word is not None else "uncounted" if uncounted else "false")
    return verdicts, words


def _near(time_s: float, word: Spoken) -> bool:
    return word.start_s - EARLY_S <= time_s <= word.end_s + LATE_S


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Rows of a CSV file with their line numbers; none when there is no such file."""
    if not path.is_file():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            return [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError("labels cannot be read", str(path), str(error)) from None
