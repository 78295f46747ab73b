"""What the catalogue says of hours in which no keyword is said: how long their stretches are, and their attributes."""

from __future__ import annotations

from typing import Literal, get_args

from kws_data.catalog.clips import Clip

#: A recording is cut into stretches of this length, end to end; the last one ends with the recording.
STRETCH_S = 4.0

Kind = Literal["speech", "other_words", "noise", "music", "silence"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SPOKEN: tuple[Kind, ...] = ("speech", "other_words")  # somebody speaks; in the others nobody does

#: What stands before the name of a board in ``data.negatives``: all that ``kws record --negatives`` heard through it.
BOARD = "board:"


def starts_of(length: int, stretch: int) -> list[int]:
    """First samples of the stretches, of ``stretch`` samples each, of a recording of ``length`` samples."""
    last = max(0, length - stretch)
    return [min(start, last) for start in range(0, max(1, length), stretch)]


def recording_of(clip: Clip) -> str:
    """The recording of its folder that a stretch is of."""
    return str(clip.attributes.get("recording", ""))


def start_of(clip: Clip) -> int:
    """First sample of a stretch in its recording."""
    return int(clip.attributes.get("start_sample", 0))


def kind_of(clip: Clip) -> str:
    """One of :data:`KINDS`."""
    return str(clip.attributes.get("kind", ""))


def person_of(clip: Clip) -> str:
    """Pseudonym of who is heard or recorded it; empty when nobody says who it is."""
    return clip.speaker if clip.attributes.get("speaker_known") else ""


def given_of(clip: Clip) -> str:
    """The split that a table says, or that a sound was made for, as the catalogue calls it; empty when nothing does."""
    return clip.given_split or str(clip.attributes.get("made_for", ""))


def is_stretch(clip: Clip) -> bool:
    """Whether a clip is a stretch of a recording in which no keyword is said."""
    return "start_sample" in clip.attributes and kind_of(clip) in KINDS
