"""The chain: what each copy depends on, limits, settings."""

import platform
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError

from kws_data.augment.chain import augment_batch
from kws_data.augment.draws import NAMES
from kws_data.augment.native import library as native
from kws_data.augment.sounds import Sounds
from kws_data.config.augment import AugmentSettings
from kws_data.errors import DataError

RATE_HZ = 16_000
SAMPLES = 8_000
EVERYTHING = AugmentSettings.model_validate(
    {name: 0.5 for name in AugmentSettings.model_fields if name.endswith("_probability")}
)
NOTHING = AugmentSettings(shift_ms=0, gain_db=(0.0, 0.0), noise_probability=0.0)


def speechlike(count: int, seed: int = 0, samples: int = SAMPLES) -> NDArray[np.int16]:
    """Clips of a swelling tone with some noise, int16 [count, samples]."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(samples) / RATE_HZ
    pitch_hz = rng.uniform(90, 260, (count, 1))
    voice = sum(np.sin(2 * np.pi * k * pitch_hz * time_s) / k for k in range(1, 12)) * np.hanning(samples)
    clips: NDArray[np.int16] = np.rint(6_000 * voice + 50 * rng.standard_normal((count, samples))).astype(np.int16)
    return clips


def sounds(samples: int = SAMPLES) -> Sounds:
    rng = np.random.default_rng(5)
    room = (rng.standard_normal(2_000) * np.exp(-np.arange(2_000) / 300)).astype(np.float32)
    noise = rng.integers(-3_000, 3_000, 50_000).astype(np.int16)
    return Sounds(noise, (room, room[::2].copy()), speechlike(3, 9, samples))


def generators(rows: range) -> list[np.random.Generator]:
    return [np.random.default_rng([7, row]) for row in rows]


def copies(clips: NDArray[np.int16], rows: range, settings: AugmentSettings = EVERYTHING) -> NDArray[np.int16]:
    return augment_batch(clips, generators(rows), np.ones(len(clips), bool), settings, sounds(), RATE_HZ)


def test_a_row_does_not_know_the_others() -> None:
    """Bit for bit: alone, in another order, in batches of other sizes."""
    clips = speechlike(37)
    whole = copies(clips, range(37))
    alone = [copies(clips[row : row + 1], range(row, row + 1))[0] for row in range(37)]
    assert np.array_equal(whole, alone)
    parts = np.concatenate([copies(clips[:5], range(5)), copies(clips[5:], range(5, 37))])
    assert np.array_equal(whole, parts)
    backwards = augment_batch(
        clips[::-1], generators(range(37))[::-1], np.ones(37, bool), EVERYTHING, sounds(), RATE_HZ
    )
    assert np.array_equal(whole[::-1], backwards)
    assert len({copy.tobytes() for copy in whole}) == 37


def test_threads_do_not_disturb_each_other() -> None:
    clips = speechlike(24)
    parts = [range(start, start + 6) for start in range(0, 24, 6)]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda rows: copies(clips[rows.start : rows.stop], rows), parts))
    assert np.array_equal(np.concatenate(made), copies(clips, range(24)))


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the oldest x86-64 processor is compared with this one")
def test_bytes_do_not_depend_on_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without AVX and fused multiply-adds: the same."""
    clips = speechlike(12)
    here = copies(clips, range(12))
    monkeypatch.setattr(native, "FLAGS", (*native.FLAGS, "-mcpu=baseline"))
    native.library.cache_clear()
    try:
        assert np.array_equal(copies(clips, range(12)), here)
    finally:
        native.library.cache_clear()


def test_input_is_left_alone_and_nothing_changes_without_transforms() -> None:
    clips = speechlike(4)
    before = clips.copy()
    copies(clips, range(4))
    assert np.array_equal(clips, before)
    assert np.array_equal(copies(clips, range(4), NOTHING), clips)
    assert copies(clips[:0], range(0)).shape == (0, SAMPLES)


@pytest.mark.parametrize("name", [name for name in AugmentSettings.model_fields if name.endswith("_probability")])
def test_each_transform_changes_every_row_when_it_is_sure(name: str) -> None:
    clips = speechlike(8)
    changed = copies(clips, range(8), NOTHING.model_copy(update={name: 1.0}))
    assert all(not np.array_equal(a, b) for a, b in zip(changed, clips, strict=True))


def test_switching_one_transform_leaves_the_draws_of_the_others() -> None:
    """With and without clipping before it, a clip is made louder by as much."""
    clips = speechlike(8) // 4
    plain = copies(clips, range(8), NOTHING.model_copy(update={"gain_db": (-20.0, 10.0)}))
    clipped = copies(
        clips, range(8), NOTHING.model_copy(update={"gain_db": (-20.0, 10.0), "clipping_probability": 0.5})
    )
    different = [row for row in range(8) if not np.array_equal(plain[row], clipped[row])]
    assert 1 <= len(different) <= 7
    for row in different:
        uncut = np.abs(clipped[row].astype(int)) < 0.5 * np.abs(clipped[row].astype(int)).max()
        assert np.array_equal(plain[row][uncut], clipped[row][uncut])
    assert len(set(NAMES)) == len(NAMES)


@hypothesis_settings(max_examples=25, deadline=None)
@given(level=st.sampled_from([0, 1, 300, 32_767]), seed=st.integers(0, 1_000), samples=st.sampled_from([4_000, 7_919]))
def test_any_clip_gives_a_clip_of_the_same_length(level: int, seed: int, samples: int) -> None:
    """Silence, one bit, full scale; a length that is a prime."""
    clip = (np.random.default_rng(seed).uniform(-level - 0.99, level + 0.99, (1, samples))).astype(np.int16)
    for word in (True, False):
        made = augment_batch(
            clip, generators(range(seed, seed + 1)), np.array([word]), EVERYTHING, sounds(samples), RATE_HZ
        )
        assert made.dtype == np.int16 and made.shape == clip.shape
        assert level or not made.any()


def test_without_noise_rooms_and_voices() -> None:
    nothing = Sounds(np.zeros(0, np.int16), (), np.zeros((0, SAMPLES), np.int16))
    clips, words = speechlike(6), np.ones(6, bool)
    made = augment_batch(clips, generators(range(6)), words, EVERYTHING, nothing, RATE_HZ)
    assert made.shape == clips.shape
    mixed = NOTHING.model_copy(update={"noise_probability": 1.0, "voice_probability": 1.0})
    assert np.array_equal(augment_batch(clips, generators(range(6)), words, mixed, nothing, RATE_HZ), clips)
    short = Sounds(np.arange(100, dtype=np.int16), (), nothing.voices)
    noisy = NOTHING.model_copy(update={"noise_probability": 1.0})
    assert not np.array_equal(augment_batch(clips, generators(range(6)), words, noisy, short, RATE_HZ), clips)


def test_full_scale_is_clipped_not_wrapped() -> None:
    loud = np.where(np.arange(SAMPLES) % 80 < 40, 30_000, -30_000).astype(np.int16)[np.newaxis]
    made = copies(loud, range(1), NOTHING.model_copy(update={"gain_db": (20.0, 20.0)}))
    assert np.array_equal(np.unique(made), [-32_768, 32_767]) and np.array_equal(np.sign(made), np.sign(loud))


def test_some_silence_is_turned_down() -> None:
    clips = speechlike(64)
    settings = NOTHING.model_copy(update={"gain_db": (-1.0, 0.0)})
    as_words = augment_batch(clips, generators(range(64)), np.ones(64, bool), settings, sounds(), RATE_HZ)
    as_silence = augment_batch(clips, generators(range(64)), np.zeros(64, bool), settings, sounds(), RATE_HZ)
    loud = np.abs(clips.astype(int)).max(1)
    assert np.all(np.abs(as_words.astype(int)).max(1) > 0.88 * loud)
    assert 5 < np.count_nonzero(np.abs(as_silence.astype(int)).max(1) < 0.88 * loud) < 35


def test_counts_must_agree() -> None:
    with pytest.raises(ValueError, match="2 clips, 1 generators"):
        augment_batch(speechlike(2), generators(range(1)), np.ones(2, bool), NOTHING, sounds(), RATE_HZ)


@pytest.mark.parametrize("room", [np.zeros(10), np.zeros(0), np.array([1.0, np.nan]), np.ones((2, 2))])
def test_a_broken_impulse_response_is_refused(room: NDArray[np.float64]) -> None:
    with pytest.raises(DataError, match="impulse response"):
        Sounds(np.zeros(0, np.int16), (room.astype(np.float32),), np.zeros((0, 10), np.int16)).room(0, 10)


def test_nobody_speaks_under_silence() -> None:
    clips, words = speechlike(8), np.arange(8) % 2 == 0
    mixed = NOTHING.model_copy(update={"voice_probability": 1.0})
    made = augment_batch(clips, generators(range(8)), words, mixed, sounds(), RATE_HZ)
    alone = augment_batch(clips, generators(range(8)), words, NOTHING, sounds(), RATE_HZ)
    assert np.array_equal(np.any(made != alone, axis=1), words)


@pytest.mark.parametrize(
    "wrong",
    [
        {"tempo": (1.2, 0.8)},
        {"formants": (0.9, 3.0)},
        {"room_rt60_s": (0.6, 0.2)},
        {"noise_snr_db": (0.0, float("nan"))},
        {"codecs": ["gsm"]},
        {"codecs": []},
        {"room_probability": 1.5},
        {"reverb_probability": 0.5},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AugmentSettings.model_validate(wrong)
