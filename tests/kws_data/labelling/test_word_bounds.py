"""Where a word begins and ends: loud vowels, soft sounds around them, noise, silence, echoes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kws_data.audio import Samples
from kws_data.labelling.word_bounds import WordBounds, find_word

RATE_HZ = 16_000


def clip(noise: float, *sounds: tuple[float, float, float], seconds: float = 1.0) -> Samples:
    """Noise of this level, and (from, to, level) of noise bursts in it."""
    draw = np.random.default_rng(3)
    made: NDArray[np.float64] = draw.normal(0, noise, int(seconds * RATE_HZ))
    for begin, end, level in sounds:
        at = slice(int(begin * RATE_HZ), int(end * RATE_HZ))
        made[at] += draw.normal(0, level, at.stop - at.start)
    return made.astype(np.int16)


@pytest.mark.parametrize("noise", [0.0, 20.0, 300.0])
def test_both_ends_are_found_to_some_milliseconds(noise: float) -> None:
    found = find_word(clip(noise, (0.312, 0.687, 4_000)), RATE_HZ)
    assert found is not None
    assert found.start / RATE_HZ == pytest.approx(0.312, abs=0.012)
    assert found.stop / RATE_HZ == pytest.approx(0.687, abs=0.012)


def test_soft_sounds_beside_the_word_belong_to_it_and_a_second_word_does_not() -> None:
    found = find_word(clip(50, (0.30, 0.40, 130), (0.40, 0.7, 4_000), (0.7, 0.8, 130)), RATE_HZ)
    assert found is not None
    assert found.start / RATE_HZ == pytest.approx(0.30, abs=0.02)
    assert found.stop / RATE_HZ == pytest.approx(0.80, abs=0.02)
    two = find_word(clip(20, (0.2, 0.5, 5_000), (1.2, 1.4, 2_000), seconds=2), RATE_HZ)
    assert two is not None and two.stop < 0.55 * RATE_HZ


def test_an_echo_in_a_quiet_room_does_not_count() -> None:
    made = clip(0, (0.2, 0.5, 8_000)).astype(np.float64)
    tail = 8_000 * 10 ** (-3 * np.arange(8_000) / 8_000)  # 60 dB in half a second
    made[8_000:] += tail * np.random.default_rng(1).normal(0, 1, 8_000)
    found = find_word(np.clip(made, -32_768, 32_767).astype(np.int16), RATE_HZ)
    assert found is not None and found.stop / RATE_HZ == pytest.approx(0.5 + 0.5 * 40 / 60, abs=0.05)


def test_something_is_left_around_as_far_as_the_clip_goes() -> None:
    sound = clip(20, (0.05, 0.6, 4_000))
    plain, wide = find_word(sound, RATE_HZ), find_word(sound, RATE_HZ, 0.1)
    assert plain is not None and wide == WordBounds(0, plain.stop + 1_600)
    assert find_word(clip(20, (0.0, 1.0, 4_000)), RATE_HZ, 0.1) is None  # nothing stands out of it


@pytest.mark.parametrize("length", [0, 1, 100, 16_000])
def test_silence_has_no_word(length: int) -> None:
    assert find_word(np.zeros(length, np.int16), RATE_HZ) is None
