"""Each transform by itself."""

import numpy as np
import pytest
from numpy.typing import NDArray

from kws_data.augment.band import butterworth, mel_between
from kws_data.augment.codec import ima_adpcm, mu_law, telephone
from kws_data.augment.convolve import convolve, kernel_of, transform_size, twiddles
from kws_data.augment.equalise import equalise
from kws_data.augment.formants import move_formants
from kws_data.augment.image_source import Box, response_of
from kws_data.augment.level import clip_peaks, convert, mix
from kws_data.augment.native.library import library, rows_of
from kws_data.augment.rooms import POOL, draw_box, hear_in, measured_room, simulated_rooms
from kws_data.augment.shift import shift
from kws_data.augment.voice import change_pitch, change_tempo, change_voice
from kws_data.config.augment import AugmentSettings

RATE_HZ = 16_000
Floats = NDArray[np.float32]


def sine(frequency_hz: float, count: int = RATE_HZ, level: float = 10_000.0) -> Floats:
    return (level * np.sin(2 * np.pi * frequency_hz * np.arange(count) / RATE_HZ)).astype(np.float32)


def burst(frequency_hz: float) -> NDArray[np.int16]:
    """Half a second of a tone in the middle of a second, int16 [1, 16000]."""
    clip = np.zeros((1, RATE_HZ), np.int16)
    clip[0, 4_000:12_000] = np.rint(sine(frequency_hz, 8_000))
    return clip


def peak_hz(samples: NDArray[np.generic]) -> float:
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float64) * np.hanning(len(samples))))
    return float(spectrum.argmax()) * RATE_HZ / len(samples)


def level_db(samples: NDArray[np.generic]) -> float:
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2)))


# ---- levels and shift


def test_shift_moves_and_fills_with_zeros() -> None:
    clips = np.array([[1, 2, 3, 4]] * 5, np.int16)
    moved = shift(clips, np.array([1, -2, 0, 9, -9]))
    assert moved.tolist() == [[0, 1, 2, 3], [3, 4, 0, 0], [1, 2, 3, 4], [0] * 4, [0] * 4]


def test_conversion_rounds_and_clips() -> None:
    rows = np.array([[0.4, 0.6, -0.6, 1.5, 2.5, 40_000.0, -40_000.0, 3_000.0]], np.float32)
    assert convert(rows, np.array([0.0])).tolist() == [[0, 1, -1, 2, 2, 32_767, -32_768, 3_000]]
    assert convert(rows, np.array([20.0])).tolist() == [[4, 6, -6, 15, 25, 32_767, -32_768, 30_000]]


@pytest.mark.parametrize("snr_db", [-5.0, 0.0, 20.0])
def test_sounds_are_mixed_at_the_ratio_asked_for(snr_db: float) -> None:
    rows = np.stack([sine(440), np.zeros(RATE_HZ, np.float32), sine(440)])
    noise = np.random.default_rng(0).integers(-9_000, 9_000, rows.shape).astype(np.int16)
    noise[2] = 0
    mixed = mix(rows, noise.ravel(), np.arange(3) * RATE_HZ, np.full(3, snr_db))
    assert level_db(rows[0]) - level_db(mixed[0] - rows[0]) == pytest.approx(snr_db, abs=0.01)
    assert np.array_equal(mixed[1:], rows[1:])
    assert np.array_equal(mix(rows, noise[0], np.zeros(3, np.int64), np.full(3, np.inf)), rows)
    with pytest.raises(ValueError, match="not in 16000 samples"):
        mix(rows, noise[0], np.array([0, 1, 0]), np.full(3, snr_db))


def test_peaks_are_cut() -> None:
    row = np.arange(-10, 10, dtype=np.float32)[np.newaxis]
    assert clip_peaks(row, np.array([0.0])).tolist() == row.tolist()
    cut = clip_peaks(row, np.array([0.5]))[0]
    assert cut.max() == 5 and cut.min() == -5 and cut[10] == 0
    assert np.count_nonzero(clip_peaks(row, np.array([1.0]))) == 0


# ---- convolution, equaliser


@pytest.mark.parametrize("bits", range(2, 15))
def test_the_transform_is_that_of_numpy(bits: int) -> None:
    size = 1 << bits
    parts = np.random.default_rng(bits).standard_normal((2, size)).astype(np.float32)
    expected = np.fft.fft(parts[0] + 1j * parts[1])
    library().kws_fft(parts[0], parts[1], size, twiddles(size), np.empty(2 * size, np.float32))
    assert np.abs(parts[0] + 1j * parts[1] - expected).max() < 1e-6 * np.abs(expected).max()


@pytest.mark.parametrize(("samples", "taps", "lead"), [(1, 1, 0), (16_000, 3_000, 0), (7_919, 255, 127), (100, 400, 9)])
def test_convolution_is_that_of_numpy(samples: int, taps: int, lead: int) -> None:
    rng = np.random.default_rng(taps)
    rows, response = rng.standard_normal((2, samples)).astype(np.float32), rng.standard_normal(taps)
    heard = convolve(rows, [kernel_of(response, samples, lead)] * 2)
    for row, out in zip(rows, heard, strict=True):
        expected = np.convolve(row, response)[lead:][:samples]
        assert np.allclose(out[: len(expected)], expected, atol=1e-5 * np.abs(expected).max())
        assert not out[len(expected) :].any() or np.abs(out[len(expected) :]).max() < 1e-4


def test_the_size_of_a_transform_holds_the_response() -> None:
    for taps in (1, 255, 5_000, 40_000):
        assert transform_size(taps, 16_000) >= 2 * taps


def test_equaliser_follows_its_curve() -> None:
    gains_db = np.linspace(-10.0, 10.0, 6)[np.newaxis]
    flat = equalise(sine(440)[np.newaxis], np.zeros((1, 6)), RATE_HZ)[0]
    assert np.allclose(flat, sine(440), atol=0.1)
    for frequency_hz in (200, 800, 4_000):
        octaves = np.log2(frequency_hz / 100) / np.log2(8_000 / 100)
        shaped = equalise(sine(frequency_hz)[np.newaxis], gains_db, RATE_HZ)[0]
        change_db = level_db(shaped[1_000:-1_000]) - level_db(sine(frequency_hz)[1_000:-1_000])
        assert change_db == pytest.approx(-10 + 20 * octaves, abs=0.3)


# ---- voice


def test_nothing_changes_at_tempo_and_pitch_of_one() -> None:
    voice = np.random.default_rng(1).integers(-9_000, 9_000, (2, 12_345)).astype(np.int16)
    assert np.array_equal(change_voice(voice, np.ones(2), np.zeros(2), RATE_HZ), voice)


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.25, 2.0])
def test_tempo_keeps_pitch_and_middle_and_changes_length(factor: float) -> None:
    changed = change_tempo(burst(500), np.array([factor]), RATE_HZ)[0]
    loud = np.flatnonzero(np.abs(changed.astype(int)) > 1_500)
    assert peak_hz(changed) == pytest.approx(500, abs=3)
    assert np.ptp(loud) == pytest.approx(min(8_000 / factor, RATE_HZ), rel=0.06)
    assert loud.mean() == pytest.approx(8_000, abs=300)


@pytest.mark.parametrize("semitones", [-7.0, -2.0, 3.0, 12.0])
def test_pitch_moves_by_semitones_and_keeps_length(semitones: float) -> None:
    changed = change_pitch(burst(500), np.array([semitones]), RATE_HZ)[0]
    loud = np.flatnonzero(np.abs(changed.astype(int)) > 1_500)
    assert peak_hz(changed) == pytest.approx(500 * 2 ** (semitones / 12), abs=3)
    assert np.ptp(loud) == pytest.approx(8_000, rel=0.06)
    assert loud.mean() == pytest.approx(8_000, abs=300)


def test_a_tone_stays_a_tone() -> None:
    """What is not at the new pitch is 40 dB below it: no seams, no aliasing."""
    for frequency_hz in (200.0, 1_000.0, 6_000.0):
        changed = change_pitch(np.rint(sine(frequency_hz)).astype(np.int16)[np.newaxis], np.array([1.5]), RATE_HZ)[0]
        power = np.abs(np.fft.rfft(changed[1_000:-1_000] * np.hanning(14_000))) ** 2
        middle = round(frequency_hz * 2**0.125 * 14_000 / RATE_HZ)
        tone = power[middle - 12 : middle + 13].sum()
        assert power.sum() - tone < 1e-4 * tone


def test_aliases_are_kept_out() -> None:
    """7.5 kHz five semitones higher would be 10 kHz: it is gone, not folded back."""
    changed = change_pitch(np.rint(sine(7_500)).astype(np.int16)[np.newaxis], np.array([5.0]), RATE_HZ)[0]
    assert level_db(changed[1_000:-1_000]) < level_db(sine(7_500)) - 25


def test_very_short_and_full_scale_clips() -> None:
    for samples in (1, 7, 300):
        clip = np.full((1, samples), -32_768, np.int16)
        assert change_voice(clip, np.array([1.3]), np.array([-4.0]), RATE_HZ).shape == clip.shape


# ---- formants


def buzz(pitch_hz: float, formant_hz: float) -> NDArray[np.int16]:
    """Harmonics with one formant, int16 [1, 16000]."""
    harmonics = np.arange(1, int(7_500 / pitch_hz)) * pitch_hz
    levels = 1 / (1 + ((harmonics - formant_hz) / 150) ** 2) + 0.003
    wave = sum(level * sine(hz, level=1.0) for level, hz in zip(levels, harmonics, strict=True))
    return np.rint(9_000 * wave / np.abs(wave).max()).astype(np.int16)[np.newaxis]


def centre_hz(samples: NDArray[np.generic], around_hz: float) -> float:
    """Centre of the power within 400 Hz of a frequency."""
    power = np.abs(np.fft.rfft(samples.astype(np.float64))) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    near = np.abs(hz - around_hz) < 400
    return float(np.sum(power[near] * hz[near]) / np.sum(power[near]))


@pytest.mark.parametrize(("low", "high", "formant_hz"), [(1.15, 1.0, 700), (0.85, 1.0, 700), (1.0, 1.15, 2_300)])
def test_formants_move_and_the_pitch_stays(low: float, high: float, formant_hz: float) -> None:
    clip = buzz(110, formant_hz)
    moved = move_formants(clip, np.array([low]), np.array([high]), RATE_HZ)[0]
    expected_hz = formant_hz * (low if formant_hz < 1_000 else high)
    assert centre_hz(moved, expected_hz) == pytest.approx(expected_hz, abs=45)
    comb = np.abs(np.fft.rfft(moved.astype(np.float64)))
    near_harmonics = np.zeros(len(comb), bool)
    for harmonic in range(110, 8_000, 110):
        near_harmonics[harmonic - 2 : harmonic + 3] = True
    assert np.sum(comb[near_harmonics] ** 2) > 0.98 * np.sum(comb**2)
    assert level_db(moved) == pytest.approx(level_db(clip), abs=0.1)


def test_formants_where_they_are_change_nothing() -> None:
    clips = np.concatenate([buzz(180, 900), np.zeros((1, RATE_HZ), np.int16)])
    same = move_formants(clips, np.ones(2), np.ones(2), RATE_HZ)
    assert np.abs(same.astype(int) - clips).max() <= 1


# ---- rooms


def decay_s(response: NDArray[np.float64]) -> float:
    """RT60 from the slope of Schroeder's integral between -5 and -25 dB."""
    left_db = 10 * np.log10(np.cumsum(response[::-1] ** 2)[::-1] / np.sum(response**2) + 1e-12)
    start, end = int(np.argmax(left_db < -5)), int(np.argmax(left_db < -25))
    return float(60 / (left_db[start] - left_db[end]) * (end - start) / RATE_HZ)


@pytest.mark.parametrize("rt60_s", [0.2, 0.4, 0.8])
def test_a_simulated_room_decays_as_it_should(rt60_s: float) -> None:
    box = Box(np.array([5.0, 4.0, 2.6]), np.array([1.2, 1.1, 1.5]), np.array([3.4, 2.7, 1.1]), rt60_s)
    response = response_of(box, RATE_HZ, np.random.default_rng(0))
    assert decay_s(response) == pytest.approx(rt60_s, rel=0.25)
    assert response[0] == pytest.approx(1.0)


def test_images_are_where_geometry_puts_them() -> None:
    """Source and microphone 2 m apart, 1 m above the floor of a hall: the floor's image is 2.83 m away."""
    box = Box(np.array([40.0, 40.0, 30.0]), np.array([19.0, 20.0, 1.0]), np.array([21.0, 20.0, 1.0]), 2.0)
    response = response_of(box, RATE_HZ, np.random.default_rng(0))
    delay = (np.sqrt(8.0) - 2.0) / 343.0 * RATE_HZ
    first = int(np.flatnonzero(response[1:])[0]) + 1
    assert first == int(delay)
    assert response[first : first + 2].sum() == pytest.approx(box.reflection * 2.0 / np.sqrt(8.0), rel=1e-6)


def test_people_are_inside_the_room() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        box = draw_box((1.5, 6.0), (0.2, 0.5), (0.3, 5.0), rng)
        for place in (box.source_m, box.microphone_m):
            assert np.all(place > 0.2) and np.all(place < box.size_m - 0.2)
        assert np.linalg.norm(box.source_m - box.microphone_m) > 0.1


def test_the_pool_is_the_same_each_time_and_its_rooms_are_not() -> None:
    settings = AugmentSettings()
    rooms = simulated_rooms(settings, 8_000, RATE_HZ)
    assert len(rooms) == POOL == len({room.spectrum.tobytes() for room in rooms})
    assert simulated_rooms(settings, 8_000, RATE_HZ) is rooms
    assert simulated_rooms(settings, 4_000, RATE_HZ) is not rooms


def test_a_word_does_not_move_in_a_room() -> None:
    """A response that was recorded with silence before it counts from its direct sound."""
    click = np.zeros((1, 4_000), np.float32)
    click[0, 1_000] = 1_000.0
    response = np.zeros(900, np.float32)
    response[[300, 301, 700]] = 0.5, 1.0, 0.2
    heard = hear_in(click, [measured_room(response, 4_000)])[0]
    assert np.abs(heard[:1_000]).max() < 1e-3 < np.abs(heard[1_000])
    assert int(np.abs(heard).argmax()) == 1_001
    assert np.sum(heard.astype(np.float64) ** 2) == pytest.approx(1e6, rel=1e-5)


# ---- bands and codecs


@pytest.mark.parametrize("order", [2, 3, 4])
@pytest.mark.parametrize("kind", ["low", "high"])
def test_a_filter_is_3_db_down_at_its_cutoff(kind: str, order: int) -> None:
    z = np.exp(-2j * np.pi * 0.1)
    gain = 1.0
    for b0, b1, b2, a1, a2 in butterworth(kind, 0.1, order, 2):  # type: ignore[arg-type]
        gain *= abs((b0 + b1 * z + b2 * z**2) / (1 + a1 * z + a2 * z**2))
    assert gain == pytest.approx(np.sqrt(0.5))


def test_frequencies_are_drawn_on_the_mel_scale() -> None:
    drawn = mel_between(np.array([0.0, 0.5, 1.0]), (100.0, 7_000.0))
    assert drawn[[0, 2]].tolist() == pytest.approx([100.0, 7_000.0])
    assert 1_600 < drawn[1] < 1_800


def test_mu_law_is_that_of_g711() -> None:
    """Decoded levels of the recommendation, and at most half a step of error."""
    clip = np.arange(-32_768, 32_768).astype(np.int16)[np.newaxis]
    coded = mu_law(clip)[0].astype(int)
    assert len(np.unique(coded)) == 255  # two codes are zero
    assert {0, 8, 16, 120, 132, 148, 31_100, 32_124} <= set(coded.tolist())
    assert np.array_equal(mu_law(coded.astype(np.int16)[np.newaxis])[0], coded)
    error = np.abs(coded - clip[0])
    assert np.all(error[1_000:-1_000] <= np.maximum(4, (np.abs(clip[0].astype(int)) + 132)[1_000:-1_000] / 32 + 1))


def test_codecs_keep_speech_and_telephones_keep_their_band() -> None:
    voice = np.rint(sine(700)).astype(np.int16)[np.newaxis]
    for coded, snr_db in ((mu_law(voice), 30), (ima_adpcm(voice), 20), (telephone(voice, RATE_HZ), 25)):
        middle = slice(500, -500)
        assert level_db(voice[0, middle]) - level_db((coded - voice.astype(int))[0, middle]) > snr_db
    for outside_hz in (100, 5_000):
        tone = np.rint(sine(outside_hz)).astype(np.int16)[np.newaxis]
        assert level_db(telephone(tone, RATE_HZ)[0, 500:-500] + 1e-3) < level_db(tone) - 25
    assert telephone(voice, 11_025).shape == voice.shape


def test_the_loops_take_what_is_contiguous() -> None:
    with pytest.raises(ValueError, match="two axes"):
        rows_of(np.zeros(3), np.float32)
    assert rows_of(np.zeros((4, 4), np.float32)[:, ::2], np.float32).flags.c_contiguous
