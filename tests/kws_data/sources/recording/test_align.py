"""Clips of several boards are laid over each other to the sample."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kws_data.sources.recording.align import align, cut_aligned, delay_between

RNG = np.random.default_rng(4)


def speech(samples: int) -> NDArray[np.float64]:
    """Noise through a resonance, in bursts: periodic enough to mislead a plain correlation."""
    noise = RNG.normal(0, 1, samples)
    out = np.zeros(samples)
    for i in range(2, samples):
        out[i] = noise[i] + 1.8 * out[i - 1] - 0.9 * out[i - 2]
    out *= 1 + np.sin(np.arange(samples) / 900)
    return out / np.abs(out).max()


def heard(sound: NDArray[np.float64], delay: int, total: int, gain: float, noise: float) -> NDArray[np.int16]:
    clip = RNG.normal(0, noise, total)
    start, end = max(0, 2_000 + delay), min(total, 2_000 + delay + len(sound))
    clip[start:end] += gain * sound[start - 2_000 - delay : end - 2_000 - delay]
    return clip.clip(-32_768, 32_767).astype(np.int16)


SOUND = speech(8_000)


@pytest.mark.parametrize("delay", [0, 1, 37, -53, 1_600, -1_999])
@pytest.mark.parametrize("gain", [12_000.0, -2_000.0])
def test_delay_is_found_to_the_sample(delay: int, gain: float) -> None:
    reference, other = heard(SOUND, 0, 16_000, 12_000, 60), heard(SOUND, delay, 16_000, gain, 60)
    found = delay_between(reference, other, 4_000)
    assert found.found and found.delay_samples == delay


def test_different_sounds_are_not_found() -> None:
    one, two = heard(SOUND, 0, 16_000, 9_000, 50), heard(speech(8_000), 0, 16_000, 9_000, 50)
    assert not delay_between(one, two, 2_000).found
    assert not delay_between(one, np.zeros(16_000, np.int16), 2_000).found


def test_aligned_cuts_hold_the_same_moment_and_nothing_made_up() -> None:
    clips = [heard(SOUND, delay, 16_000, 12_000, 0) for delay in (0, 120, -300)]
    cuts = cut_aligned(clips, align(clips, 2_000), 1_500, 10_000)
    assert all(cut is not None and np.array_equal(cut, cuts[0]) for cut in cuts)
    assert cut_aligned(clips, align(clips, 2_000), 8_000, 8_000)[1] is None


def test_impossible_requests() -> None:
    with pytest.raises(ValueError, match="cannot align"):
        delay_between(np.zeros(0, np.int16), np.zeros(5, np.int16), 3)
