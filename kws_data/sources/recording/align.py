"""The same sound heard by several boards: how far their clips are apart, and where to cut them.

Boards start a few milliseconds apart and their crystals differ by some parts in a million, so clips are laid over each
other by the maximum of their generalised cross-correlation (Knapp and Carter 1976). The phase transform alone
gives noise as much say as speech, so the cross-spectrum is whitened to the power 0.7 only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kws_data.audio import Samples

_WHITENING = 0.7
MIN_SCORE = 0.3


@dataclass(frozen=True)
class Alignment:
    """How one clip lies against the first.

    Attributes:
        delay_samples: how much later the sound is in this clip than in the first; negative is earlier.
        score: normalised correlation at that delay, 0 to 1.
        found: whether the same sound is in both.
    """

    delay_samples: int
    score: float

    @property
    def found(self) -> bool:
        """Whether the same sound is in both."""
        return self.score >= MIN_SCORE


def delay_between(reference: Samples, other: Samples, max_delay: int) -> Alignment:
    """How much later ``other`` hears what ``reference`` hears, searched from -max_delay to +max_delay samples.

    Args:
        reference: int16 [n].
        other: int16 [m], at the same rate.
        max_delay: in samples, positive.

    Raises:
        ValueError: an empty clip, or a search range that is not positive.
    """
    if not len(reference) or not len(other) or max_delay < 1:
        raise ValueError(f"cannot align {len(reference)} and {len(other)} samples within {max_delay}")
    size = 1 << int(np.ceil(np.log2(len(reference) + len(other))))
    first, second = (np.fft.rfft(_centred(clip), size) for clip in (reference, other))
    cross = second * np.conj(first)
    strength = np.abs(cross)
    if not strength.max() > 0:
        return Alignment(0, 0.0)
    whitened = cross / (strength + 1e-6 * strength.max()) ** _WHITENING
    correlation = np.fft.irfft(whitened, size)
    lags = np.arange(-min(max_delay, len(reference) - 1), min(max_delay, len(other) - 1) + 1)
    # the magnitude, because a board may have its microphone the other way round
    delay = int(lags[np.argmax(np.abs(correlation[lags]))])
    return Alignment(delay, similarity(reference, other, delay))


def similarity(reference: Samples, other: Samples, delay: int) -> float:
    """Normalised correlation (0 to 1) of the overlap when ``other`` is ``delay`` samples late."""
    a = reference[max(0, -delay) : max(0, len(other) - delay)]
    b = other[max(0, delay) : max(0, len(reference) + delay)]
    count = min(len(a), len(b))
    x, y = _centred(a[:count]), _centred(b[:count])
    norm = float(np.sqrt((x @ x) * (y @ y)))
    return abs(float(x @ y)) / norm if norm > 0 else 0.0


def _centred(clip: Samples) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    values = clip.astype(np.float64)
    return values - values.mean() if len(values) else values


def align(clips: Sequence[Samples], max_delay: int) -> list[Alignment]:
    """Alignment of each clip with the first (whose own is 0)."""
    own = Alignment(0, 1.0)
    return [own, *(delay_between(clips[0], clip, max_delay) for clip in clips[1:])]


def cut_aligned(
    clips: Sequence[Samples], alignments: Sequence[Alignment], start: int, length: int
) -> list[Samples | None]:
    """``length`` samples of each clip from the moment that is ``start`` in the first.

    None where a clip does not reach so far: nothing is made up. A clip in which the sound was not found is cut
    without moving it.
    """
    cuts: list[Samples | None] = []
    for clip, alignment in zip(clips, alignments, strict=True):
        begin = start + (alignment.delay_samples if alignment.found else 0)
        whole = begin >= 0 and begin + length <= len(clip)
        cuts.append(clip[begin : begin + length].copy() if whole else None)
    return cuts
