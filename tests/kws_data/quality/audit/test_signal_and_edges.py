"""Each check on a clip that has the fault, and on one that has not; and on anything at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from made_words import RATE_HZ, Samples, whole, word
from scipy.signal import resample_poly

from kws_data.quality.audit.edges import edge_findings
from kws_data.quality.audit.measure import MEASURES, measure
from kws_data.quality.audit.signal import signal_findings


def reasons(samples: Samples, clip_s: float = 1.0) -> dict[str, str]:
    """Action by reason of all that is found of a clip."""
    row = measure(samples, RATE_HZ)
    found = [*signal_findings("clip", row), *edge_findings("clip", row, clip_s)]
    assert all(one.detail for one in found)
    return {one.reason: one.action for one in found}


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_found_of_a_good_clip(seed: int) -> None:
    assert reasons(word(seed)) == {}


def test_quiet_but_whole_words_are_no_silence() -> None:
    assert "silence" not in reasons(word(1, level=600.0))
    assert reasons(whole(word(1) * 1e-3)) == {"silence": "set aside"}
    assert reasons(np.zeros(16_000, np.int16)) == {"silence": "set aside"}


def test_noise_without_a_word_is_no_speech() -> None:
    noise = whole(300 * np.random.default_rng(0).standard_normal(16_000))
    assert "no speech" in reasons(noise)


@pytest.mark.parametrize("gain", [1.0, 0.3])
def test_flat_tops_are_clipping_at_any_level(gain: float) -> None:
    limited = np.clip(word(2).astype(float), -2_500, 2_500) * (32_767 / 2_500) * gain
    assert reasons(whole(limited))["clipping"] == "set aside"
    assert "clipping" not in reasons(whole(word(2) * gain))


def test_flat_tops_are_seen_after_a_filter() -> None:
    limited = np.clip(word(2).astype(float), -1_500, 1_500)
    rippled = limited + 3 * np.random.default_rng(1).standard_normal(len(limited))
    assert "clipping" in reasons(whole(rippled))


def test_an_offset_is_told_in_percent_of_full_scale() -> None:
    row = measure(whole(word(3) + 1_000.0), RATE_HZ)
    (finding,) = [one for one in signal_findings("clip", row) if one.reason == "DC offset"]
    assert finding.value == pytest.approx(100 * 1_000 / 32_768, abs=0.2)


@pytest.mark.parametrize("mains", [50.0, 60.0])
def test_hum_is_found_beside_the_word(mains: float) -> None:
    time = np.arange(16_000) / RATE_HZ
    hum = sum(400 / n * np.sin(2 * np.pi * mains * n * time) for n in (1, 2, 3, 4))
    row = measure(whole(word(4) + hum), RATE_HZ)
    (finding,) = [one for one in signal_findings("clip", row) if one.reason == "mains hum"]
    assert finding.detail.startswith(f"{mains:.0f} Hz")


def test_a_low_voice_is_no_hum() -> None:
    time = np.arange(16_000) / RATE_HZ
    voice = sum(np.sin(2 * np.pi * 100 * n * time) for n in range(1, 12)) * ((time > 0.3) & (time < 0.8)) * 900
    assert "mains hum" not in reasons(whole(voice + 8 * np.random.default_rng(5).standard_normal(16_000)))


def test_a_recording_at_half_the_rate_is_of_a_wrong_rate() -> None:
    half = resample_poly(resample_poly(word(5).astype(float), 1, 2), 2, 1)
    assert reasons(whole(half))["wrong rate"] == "look"


def test_a_word_in_noise_is_of_low_snr() -> None:
    samples = whole(word(6) + 900 * np.random.default_rng(2).standard_normal(16_000))
    assert {"low SNR", "no speech"} & reasons(samples).keys()


@pytest.mark.parametrize("fill", [True, False])
def test_half_a_word_is_truncated(fill: bool) -> None:
    half = word(7)[:8_000]
    assert reasons(np.pad(half, (0, 8_000)) if fill else half)["truncated"] == "set aside"


def test_a_word_that_is_over_before_zeros_begin_is_whole() -> None:
    assert "truncated" not in reasons(np.pad(word(7, seconds=0.8), (0, 3_200)))


@pytest.mark.parametrize("side", ["start", "end"])
def test_a_word_on_the_edge_is_cut_off(side: str) -> None:
    at = (-0.2, 0.4) if side == "start" else (0.6, 1.3)
    row = measure(word(8, at=at), RATE_HZ)
    (finding,) = edge_findings("clip", row, 1.0)
    assert (finding.reason, finding.action) == ("cut off", "set aside")
    assert f"at its {side}" in finding.detail


def test_a_click_at_the_end_is_no_cut_word() -> None:
    samples = word(9)
    samples[-40:] = 9_000
    assert "cut off" not in reasons(samples)


def test_two_words_in_one_clip() -> None:
    both = whole(word(10, at=(0.1, 0.35)).astype(float) + word(11, at=(0.65, 0.9)))
    assert reasons(both)["two words"] == "look"
    assert "two words" not in reasons(word(10))


def test_lengths_are_held_against_the_configuration() -> None:
    assert "too short" in reasons(word(12, seconds=0.5, at=(0.1, 0.4)))
    assert "too short" not in reasons(word(12, seconds=0.5, at=(0.1, 0.4)), clip_s=0.5)
    assert reasons(word(12)[:2_000])["no word"] == "set aside"
    assert "too long" in reasons(word(12, seconds=2.0, at=(0.2, 1.8)))


@settings(max_examples=60, deadline=None)
@given(
    arrays.arrays(np.int16, st.integers(0, 3_000))
    | st.builds(lambda value, n: np.full(n, value, np.int16), st.integers(-32_768, 32_767), st.integers(0, 20_000))
)
def test_any_clip_has_a_row_and_findings(samples: Samples) -> None:
    row = measure(samples, RATE_HZ)
    assert row.dtype == MEASURES
    found = [*signal_findings("clip", row), *edge_findings("clip", row, 1.0)]
    assert all(one.value is None or np.isfinite(one.value) for one in found)
    assert found or len(samples) >= 4_000  # shorter than any word


def test_a_faint_word_is_looked_at_and_not_set_aside() -> None:
    faint = whole(word(1) * 0.03)
    assert measure(faint, RATE_HZ)["rms_db"] < -58
    assert reasons(faint) == {"faint": "look"}
