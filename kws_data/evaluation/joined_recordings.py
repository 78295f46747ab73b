"""Short recordings of one kind and one voice made into longer ones, so that words can be laid into them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SHORT_S = 60.0  # a recording that is shorter is joined with the next of its kind and voice
FADE_MS = 20


class Recording(Protocol):
    """A recording in which no keyword is said; ``kind`` is speech, noise, music, silence or other_words."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def speaker(self) -> str: ...
    @property
    def samples(self) -> NDArray[np.int16]: ...


@dataclass(frozen=True)
class Joined:
    """One or more recordings, one after the other.

    Attributes:
        name: of the first, with how many follow it.
        kind, speaker: of all.
        samples: int16 ``[n]``, cross-faded.
        of_samples: how many samples the recordings had before that.
        parts: name of each recording, and the sample at which it begins here (its cross-fade included).
    """

    name: str
    kind: str
    speaker: str
    samples: NDArray[np.int16]
    of_samples: int
    parts: tuple[tuple[str, int], ...] = ()


def joined(recordings: Iterable[Recording], rate_hz: int, short_s: float = SHORT_S) -> Iterator[Joined]:
    """Recordings as they come; short ones that follow each other, of one kind and speaker, are cross-faded into one.

    A joined one ends when it is no longer short, or when kind or speaker change.
    """
    parts: list[tuple[Recording, NDArray[np.int16]]] = []
    for one in recordings:
        long = sum(len(samples) for _, samples in parts) >= short_s * rate_hz
        if parts and (long or _voice(parts[0][0]) != _voice(one)):
            yield _join(parts, rate_hz)
            parts = []
        parts.append((one, one.samples))
    if parts:
        yield _join(parts, rate_hz)


def _voice(recording: Recording) -> tuple[str, str]:
    return recording.kind, recording.speaker


def _join(parts: Sequence[tuple[Recording, NDArray[np.int16]]], rate_hz: int) -> Joined:
    first = parts[0][0]
    pieces, length, within = [parts[0][1]], len(parts[0][1]), _parts_of(first, 0)
    for other, after in parts[1:]:
        before = pieces.pop()
        fade = min(FADE_MS * rate_hz // 1_000, len(before), len(after))
        within += _parts_of(other, length - fade)
        length += len(after) - fade
        ramp = (np.arange(fade) + 0.5) / max(fade, 1)
        mixed = before[len(before) - fade :] * (1.0 - ramp) + after[:fade] * ramp
        pieces += [before[: len(before) - fade], np.rint(mixed).astype(np.int16), after[fade:]]
    of_samples = sum(len(samples) for _, samples in parts)
    name = first.name if len(parts) == 1 else f"{within[0][0]} and {len(within) - 1} more"
    return Joined(name, first.kind, first.speaker, np.concatenate(pieces), of_samples, tuple(within))


def _parts_of(recording: Recording, begins: int) -> list[tuple[str, int]]:
    """The recordings in one that begins there: itself, or those that it was joined of before."""
    own = recording.parts if isinstance(recording, Joined) and recording.parts else ((recording.name, 0),)
    return [(name, begins + start) for name, start in own]
