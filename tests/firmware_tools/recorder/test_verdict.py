"""What is said of a clip: levels, noise, speech, and what speaks against it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware_tools.recorder.verdict import (
    FLOOR_DB,
    Levels,
    QuarantineRules,
    Speech,
    Verdict,
    find_speech,
    gap_reasons,
    levels,
)

RATE = 16_000
GOOD = Verdict(0, 0, 0, 0, 0, True, Levels(0.0, 0.0, -6.0, -20.0), Speech(-60.0, 30.0, 4_000, 9_600))


def word_in_noise(first: int, last: int, snr_db: float, noise: float = 30.0) -> NDArray[np.int16]:
    rng = np.random.default_rng(2)
    samples = rng.normal(0, noise, RATE)
    samples[first:last] += rng.normal(0, noise * 10 ** (snr_db / 20), last - first)
    return np.round(samples).astype(np.int16)


@pytest.mark.parametrize("snr_db", [15.0, 30.0, 45.0])
def test_speech_is_found_where_it_is(snr_db: float) -> None:
    speech = find_speech(word_in_noise(5_000, 11_000, snr_db), RATE)
    assert speech.start == pytest.approx(5_000, abs=320) and speech.end == pytest.approx(11_000, abs=320)
    assert speech.noise_floor_db == pytest.approx(20 * np.log10(30 / 32_768), abs=1.5)
    assert speech.snr_db == pytest.approx(snr_db, abs=2)


def test_a_click_and_noise_alone_are_no_speech() -> None:
    clicked = word_in_noise(0, 0, 0)
    clicked[8_000:8_010] = 20_000
    for samples in (clicked, word_in_noise(0, 0, 0), np.zeros(RATE, np.int16)):
        speech = find_speech(samples, RATE)
        assert (speech.start, speech.end, speech.snr_db) == (None, None, None)


def test_a_pause_within_a_word_does_not_cut_it() -> None:
    samples = word_in_noise(4_000, 6_000, 30)
    samples[8_000:11_000] = word_in_noise(8_000, 11_000, 30)[8_000:11_000]
    speech = find_speech(samples, RATE)
    assert speech.start == pytest.approx(4_000, abs=320) and speech.end == pytest.approx(11_000, abs=320)


def test_very_short_clips_have_no_speech() -> None:
    assert find_speech(np.zeros(10, np.int16), RATE) == Speech(FLOOR_DB)


def test_a_good_clip_is_kept() -> None:
    assert GOOD.whole
    assert QuarantineRules(min_snr_db=10, speech_needed=True, speech_margin_ms=20).reasons(GOOD, RATE, RATE) == ()


@pytest.mark.parametrize(
    ("change", "rules", "reason"),
    [
        ({"levels": Levels(0.02, 0.0, 0.0, -10.0)}, QuarantineRules(), "2.0% of the samples are clipped"),
        ({"levels": Levels(0.0, -0.2, -6.0, -20.0)}, QuarantineRules(), "offset of -20.0%"),
        ({"levels": Levels(0.0, 0.0, FLOOR_DB, FLOOR_DB)}, QuarantineRules(), "all samples are zero"),
        ({"levels": Levels(0.0, 0.0, -58.0, -70.0)}, QuarantineRules(), "peak of -58 dB"),
        ({"speech": Speech(-12.0)}, QuarantineRules(), "noise floor of -12 dB"),
        ({"speech": Speech(-60.0)}, QuarantineRules(speech_needed=True), "nothing stands out"),
        ({"speech": Speech(-60.0, 8.0, 10, 900)}, QuarantineRules(min_snr_db=10), "only 8 dB"),
        ({"speech": Speech(-60.0, 30.0, 0, 900)}, QuarantineRules(speech_margin_ms=20), "clip's edge"),
        ({"speech": Speech(-60.0, 30.0, 9_000, RATE)}, QuarantineRules(speech_margin_ms=20), "clip's edge"),
        ({"retries": 3}, QuarantineRules(max_retries=2), "3 retries"),
    ],
)
def test_each_rule_speaks_for_itself(change: dict[str, object], rules: QuarantineRules, reason: str) -> None:
    found = rules.reasons(replace(GOOD, **change), RATE, RATE)  # type: ignore[arg-type]
    assert len(found) == 1 and reason in found[0]


@pytest.mark.parametrize("change", [{"lost_samples": 1}, {"overruns": 1}, {"ended": False}])
def test_gaps_cannot_be_switched_off(change: dict[str, object]) -> None:
    none = QuarantineRules(None, None, None, None, None)
    broken = replace(GOOD, **change)  # type: ignore[arg-type]
    assert not broken.whole
    assert none.reasons(broken, RATE, RATE) == gap_reasons(broken, RATE) != ()
    assert none.reasons(GOOD, RATE, RATE) == ()


def test_rules_that_are_off_say_nothing() -> None:
    awful = replace(GOOD, levels=Levels(0.9, 0.9, 0.0, 0.0), speech=Speech(-1.0))
    assert QuarantineRules(None, None, None, None).reasons(awful, RATE, RATE) == ()


def test_levels_of_nothing() -> None:
    assert levels(np.zeros(0, np.int16)) == Levels(0.0, 0.0, FLOOR_DB, FLOOR_DB)
