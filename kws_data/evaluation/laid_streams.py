"""Long recordings with keywords laid into them at known times: what a detector meets in a room where people talk.

Each word stays as loud as it is; the level of the negative around it is moved, so that the word stands as far above it
as was drawn. Between two words that level glides. One recording is in memory at a time, and what is drawn for it
follows from the seed and its number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kws_data.evaluation.joined_recordings import Joined, Recording, joined
from kws_data.evaluation.stream_truth import Spoken
from kws_data.evaluation.word_bounds import word_bounds

GAP_S = 3.0  # from the end of a clip to the start of the next one, at least
EDGE_S = 1.0  # no clip begins sooner, or ends later: a detector has heard a second before, and is heard out
AROUND_S = 1.0  # the negative's level is that from so long before the word to so long after it
WORD_S = 5.0  # a word with the pause behind it, about
PAUSE_DB = -10.0  # a pause in the negative is no reason to raise it: below its mean by more, its level counts as this
MOST_GAIN_DB = 30.0  # up or down: else a word of near silence would silence the room
BLOCK = 1 << 20
FADE_MS = 10
FULL_SCALE = 32_767.0
_ORDER, _PLACES = 0x1A1D, 0x1A1E  # what is drawn from the seed

Floats = NDArray[np.float32]
Range = tuple[float, float]
Word = tuple[str, NDArray[np.int16]]


@dataclass(frozen=True)
class LaidStream:
    """A recording with keywords in it.

    Attributes:
        name, kind: of the recording.
        samples: int16 ``[n]``.
        spoken: the keywords in order of time; the times are those of the word itself, not of its clip.
        snr_db: of each word against the negative around it.
        words: which of the words that were to be laid each of them is.
        parts: of the recording, as :class:`Joined` has them.
    """

    name: str
    kind: str
    samples: NDArray[np.int16]
    spoken: tuple[Spoken, ...]
    snr_db: tuple[float, ...] = ()
    words: tuple[int, ...] = ()
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class _Laid:
    """A word: the sample at which its clip starts, that at which it begins itself, and the one after its last."""

    label: str
    clip: NDArray[np.int16]
    start: int
    begins: int
    ends: int

    @property
    def said(self) -> NDArray[np.int16]:
        """The word without what lies around it in its clip."""
        return self.clip[self.begins - self.start : self.ends - self.start]


def lay(
    words: Sequence[Word],
    recordings: Iterable[Recording],
    rate_hz: int,
    *,
    snr_db: Range = (10.0, 20.0),
    seed: int = 0,
    gap_s: float = GAP_S,
    seconds: float | None = None,
    rooms: Sequence[NDArray[np.float32]] = (),
) -> Iterator[LaidStream]:
    """Every word once, in a seeded order and at seeded times, over the recordings one by one.

    Short recordings that follow each other, of one kind and speaker, are joined. One in which no word has room comes
    back as it is. Words for which the recordings have no room are not laid.

    Args:
        words: (label, samples) of each; may be read as they are asked for.
        recordings: negatives, with ``name``, ``kind``, ``speaker`` and int16 ``samples`` ``[n]``.
        rate_hz: of words and recordings.
        snr_db: least and most of a word above the negative around it, drawn evenly. Silence keeps its level.
        seed: all is drawn from it.
        gap_s: between two words, at least.
        seconds: of all recordings, over which the words are spread. Unknown, their sum where they are a sequence; else
            the first recordings take words about every ``2 * gap_s``.
        rooms: impulse responses at ``rate_hz``, float32 ``[taps]``; each stream is heard in one of them.
    """
    if seconds is None and isinstance(recordings, Sequence):
        seconds = sum(len(one.samples) for one in recordings) / rate_hz
    order = np.random.default_rng([seed, _ORDER]).permutation(len(words))
    laid, heard = 0, 0
    for number, recording in enumerate(joined(recordings, rate_hz)):
        rng = np.random.default_rng([seed, _PLACES, number])
        length = len(recording.samples)
        heard += recording.of_samples
        if seconds is None:
            share = round(length / rate_hz / (2 * gap_s + 1.0))
        else:
            share = int(len(words) * min(heard / rate_hz / seconds, 1.0) + 1e-9) - laid
        chosen = _that_fit((words[index] for index in order[laid : laid + share]), length, rate_hz, gap_s)
        which = tuple(order[laid : laid + len(chosen)].tolist())
        laid += len(chosen)
        stream = _stream(recording, _placed(chosen, length, rate_hz, gap_s, rng), rate_hz, snr_db, rooms, rng)
        yield replace(stream, words=which, parts=recording.parts)


def lay_all(
    words: Sequence[Word],
    recordings: Callable[[], Iterable[Recording]],
    rate_hz: int,
    *,
    snr_db: Range,
    seconds: float,
    seed: int = 0,
) -> Iterator[LaidStream]:
    """The streams with words in them, over the recordings as often as it takes to have room for all words.

    Args:
        words, rate_hz, snr_db, seed: as :func:`lay` takes them.
        recordings: are asked for anew each time.
        seconds: of all of them.
    """
    at_once = max(1, int(seconds / WORD_S))
    for begin in range(0, len(words), at_once):
        part = words[begin : begin + at_once]
        laid = lay(part, recordings(), rate_hz, snr_db=snr_db, seed=seed + begin, seconds=seconds)
        for stream in laid:
            if stream.spoken:
                yield replace(stream, words=tuple(begin + which for which in stream.words))


def _that_fit(words: Iterable[Word], length: int, rate_hz: int, gap_s: float) -> list[Word]:
    """The first of the words, as many as have room in ``length`` samples."""
    chosen: list[Word] = []
    left = length - 2 * round(EDGE_S * rate_hz)
    for label, clip in words:
        left -= len(clip) + (round(gap_s * rate_hz) if chosen else 0)
        if left < 0:
            break
        chosen.append((label, clip))
    return chosen


def _placed(words: Sequence[Word], length: int, rate_hz: int, gap_s: float, rng: np.random.Generator) -> list[_Laid]:
    """Each word at its place: what is left of the recording beside words and gaps is shared out evenly by chance."""
    edge, gap = round(EDGE_S * rate_hz), round(gap_s * rate_hz)
    free = length - 2 * edge - sum(len(clip) for _, clip in words) - gap * max(len(words) - 1, 0)
    placed, taken = [], edge
    for (label, clip), before in zip(words, np.sort(rng.integers(0, free, len(words), endpoint=True)), strict=True):
        start = taken + int(before)
        begins, ends = word_bounds(clip, rate_hz)
        placed.append(_Laid(label, clip, start, start + begins, start + ends))
        taken += len(clip) + gap
    return placed


def _stream(
    recording: Joined,
    placed: Sequence[_Laid],
    rate_hz: int,
    snr_db: Range,
    rooms: Sequence[NDArray[np.float32]],
    rng: np.random.Generator,
) -> LaidStream:
    """The recording with its words, in one of the rooms; scaled down as a whole where it would clip."""
    room = rooms[int(rng.integers(len(rooms)))] if rooms else None
    negative = _heard(recording.samples.astype(np.float32), room)
    above = _above(negative, placed, rate_hz)
    fixed = recording.kind == "silence"
    drawn = rng.uniform(*snr_db, len(above))
    gains = [0.0 if fixed else _bounded(one - snr) for one, snr in zip(above, drawn, strict=True)]
    mixed = _glided(negative, gains, placed, rate_hz)
    for word in placed:
        tail = 0 if room is None else len(room)
        sound = _heard(np.pad(_faded(word.clip, rate_hz), (0, tail)), room)[: len(mixed) - word.start]
        mixed[word.start : word.start + len(sound)] += sound
    peak = float(np.abs(mixed).max(initial=0.0))
    samples = np.rint(mixed * min(1.0, FULL_SCALE / max(peak, 1.0))).astype(np.int16)
    spoken = (Spoken(one.label, one.begins / rate_hz, one.ends / rate_hz) for one in placed)
    snrs = (round(one - gain, 1) for one, gain in zip(above, gains, strict=True))
    return LaidStream(recording.name, recording.kind, samples, tuple(spoken), tuple(snrs))


def _heard(samples: Floats, room: NDArray[np.float32] | None) -> Floats:
    """float32 ``[n]`` in a room, as loud as without it, its direct sound where it was."""
    if room is None:
        return samples
    from kws_data.augment.rooms import hear_in, measured_room

    heard: Floats = hear_in(samples[None], [measured_room(room, len(samples))])[0]
    return heard


def _faded(clip: NDArray[np.int16], rate_hz: int) -> Floats:
    faded = clip.astype(np.float32)
    ramp = np.linspace(0.0, 1.0, min(FADE_MS * rate_hz // 1_000, len(clip) // 2), dtype=np.float32)
    if len(ramp):
        faded[: len(ramp)] *= ramp
        faded[-len(ramp) :] *= ramp[::-1]
    return faded


def _above(negative: Floats, placed: Sequence[_Laid], rate_hz: int) -> list[float]:
    """By how many dB each word is louder than the negative around it."""
    around = round(AROUND_S * rate_hz)
    least = _db(negative) + PAUSE_DB
    found = []
    for word in placed:
        level = _db(negative[max(word.begins - around, 0) : word.ends + around])
        found.append(_db(word.said) - max(level, least))
    return found


def _bounded(gain_db: float) -> float:
    return min(max(gain_db, -MOST_GAIN_DB), MOST_GAIN_DB)


def _db(samples: NDArray[np.int16] | Floats) -> float:
    """Mean power in dB, of silence that of a tenth of a step."""
    return 10.0 * float(np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-2)) if len(samples) else -20.0


def _glided(negative: Floats, gains: Sequence[float], placed: Sequence[_Laid], rate_hz: int) -> Floats:
    """The negative raised by the gain of each word around it, gliding in dB from the middle of one to the next."""
    glided: Floats = negative.copy()
    middles = [(word.begins + word.ends) / 2 for word in placed]
    for first in range(0, len(glided) if placed else 0, BLOCK):
        block = glided[first : first + BLOCK]
        block *= 10.0 ** (np.interp(np.arange(first, first + len(block)), middles, gains) / 20.0)
    return glided
