"""Every kind of sound is sound, at a level that can be used, and none is another."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from kws_data.sources.synth.noises.kinds import KINDS, MUSIC, noise_of_kind
from kws_data.sources.synth.noises.parts import Sound, harmonics, in_room, level, modes, times

RATE_HZ = 16_000
SECONDS = 6


@cache
def recording(kind: str, seed: int = 0, rate_hz: int = RATE_HZ) -> NDArray[np.float64]:
    return noise_of_kind(kind, SECONDS * rate_hz, rate_hz, np.random.default_rng(seed))


def portrait(kind: str, seed: int) -> NDArray[np.float64]:
    """How a recording sounds on the whole: level by octave, how it comes and goes, and how peaked its spectra are."""
    frames = recording(kind, seed).reshape(-1, 400)
    power = np.abs(np.fft.rfft(frames * np.hanning(400), axis=1)) ** 2 + 1e-9
    bands = np.stack(
        [power[:, low:high].sum(1) for low, high in ((1, 7), (7, 13), (13, 25), (25, 50), (50, 100), (100, 200))]
    )
    log = 10 * np.log10(bands)
    flat = np.exp(np.log(power[:, 1:]).mean(1)) / power[:, 1:].mean(1)
    whole = 10 * np.log10(power.sum(1))
    moves = [np.percentile(whole, 95) - np.percentile(whole, share) for share in (10, 50, 75)]
    return np.array([*(10 * np.log10(bands.mean(1) / bands.mean())), *moves, log.std(1).mean(), 20 * flat.mean()])


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_loud_enough_and_neither_clips_nor_falls_silent(kind: str) -> None:
    values = recording(kind)
    assert values.shape == (SECONDS * RATE_HZ,) and values.dtype == np.float64 and np.isfinite(values).all()
    rms = float(np.sqrt(np.mean(values**2)))
    assert rms == pytest.approx(0.05) or np.abs(values).max() == pytest.approx(0.9)
    assert rms > 0.004 and np.abs(values).max() < 0.901, (rms, np.abs(values).max())
    samples = np.rint(values * 32_768).astype(np.int16)
    tenths = samples[: len(samples) // 1_600 * 1_600].reshape(-1, 1_600)
    assert tenths.any(axis=1).all(), "no tenth of a second is digital silence"
    assert abs(values.mean()) < 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_follows_from_its_seed_alone(kind: str) -> None:
    short = [noise_of_kind(kind, 16_000, RATE_HZ, np.random.default_rng(seed)) for seed in (3, 3, 4)]
    assert np.array_equal(short[0], short[1]) and not np.array_equal(short[0], short[2])


@pytest.mark.parametrize("rate_hz", [8_000, 48_000])
@pytest.mark.parametrize("kind", ["clock", "beeps", "barks", "plucked", "engine", "water"])
def test_a_kind_can_be_made_at_other_rates(kind: str, rate_hz: int) -> None:
    values = recording(kind, 1, rate_hz)
    assert len(values) == SECONDS * rate_hz and np.isfinite(values).all() and values.std() > 0.004


def test_no_two_kinds_sound_alike() -> None:
    """The portraits of two recordings of different kinds differ more than nothing would; music is named as music."""
    kinds = list(KINDS)
    mean = np.array([np.mean([portrait(kind, seed) for seed in range(2)], axis=0) for kind in kinds])
    apart = np.linalg.norm(mean[:, None] - mean[None], axis=2) + 1e9 * np.eye(len(kinds))
    nearest = np.unravel_index(int(apart.argmin()), apart.shape)
    assert apart.min() > 2.0, [kinds[int(one)] for one in nearest]
    assert {kind for kind, (what, _) in KINDS.items() if what == MUSIC} >= {"plucked", "chords", "drums"}


def test_harmonics_stand_where_the_pitch_is_and_none_folds_back() -> None:
    sound = Sound(RATE_HZ, RATE_HZ, np.random.default_rng(0))
    power = np.abs(np.fft.rfft(harmonics(sound, np.full(RATE_HZ, 900.0), -6.0) * np.hanning(RATE_HZ))) ** 2
    loud = np.flatnonzero(power > 1e-4 * power.max())
    assert {round(one / 900) * 900 for one in loud} == {900 * number for number in range(1, 9)}
    assert all(abs(one - round(one / 900) * 900) <= 2 for one in loud)
    formant = [(np.full(RATE_HZ, 1_800.0), 100.0)]
    shaped = np.abs(np.fft.rfft(harmonics(sound, np.full(RATE_HZ, 300.0), 0.0, formant)))
    assert int(shaped.argmax()) == 1_800


def test_modes_die_away_and_the_higher_the_quicker() -> None:
    low, both = (
        modes(Sound(RATE_HZ, RATE_HZ, np.random.default_rng(1)), hz, 0.1) for hz in ((400.0,), (400.0, 1_600.0))
    )
    for values, halvings in ((low, 2), (both - low, 8)):  # 0.2 s later, of four times the pitch four times as many
        early, late = (np.sqrt(np.mean(values[at : at + 800] ** 2)) for at in (0, 3_200))
        assert early / late == pytest.approx(2.0**halvings, rel=0.01)


def test_a_room_adds_echoes_and_no_level() -> None:
    sound = Sound(RATE_HZ, RATE_HZ, np.random.default_rng(2))
    click = np.zeros(RATE_HZ)
    click[100] = 1.0
    heard = in_room(sound, click)
    assert np.sqrt(np.mean(heard**2)) == pytest.approx(np.sqrt(np.mean(click**2))) and heard[101:1_500].std() > 0
    assert not heard[:90].round(9).any() and not level(np.zeros(5)).any()


def test_steady_events_keep_their_pace_and_others_do_not() -> None:
    sound = Sound(60 * RATE_HZ, RATE_HZ, np.random.default_rng(3))
    even, uneven = (np.diff(list(times(sound, (0.2, 0.8), steady))) for steady in (1.0, 0.0))
    assert even.std() < 1e-9 and uneven.std() > 0.1
    assert 0.2 <= even[0] <= 0.8 and uneven.min() >= 0.2 and uneven.max() <= 0.8
