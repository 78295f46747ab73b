"""What is said of a clip, and what speaks against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware_tools.levels import FLOOR_DB, Levels, Speech
from firmware_tools.recorder.verdict import QuarantineRules, Verdict, gap_reasons

RATE = 16_000
GOOD = Verdict(0, 0, 0, 0, 0, True, Levels(-6.0, -20.0, 0.0, 0.0), Speech(-60.0, 30.0, 4_000, 9_600))


def test_a_good_clip_is_kept() -> None:
    assert GOOD.whole
    assert QuarantineRules(min_snr_db=10, speech_needed=True, speech_margin_ms=20).reasons(GOOD, RATE, RATE) == ()


@pytest.mark.parametrize(
    ("change", "rules", "reason"),
    [
        ({"levels": Levels(0.0, -10.0, 0.02, 0.0)}, QuarantineRules(), "2.0% of the samples are clipped"),
        ({"levels": Levels(-6.0, -20.0, 0.0, -0.2)}, QuarantineRules(), "offset of -20.0%"),
        ({"levels": Levels(FLOOR_DB, FLOOR_DB, 0.0, 0.0)}, QuarantineRules(), "all samples are zero"),
        ({"levels": Levels(-58.0, -70.0, 0.0, 0.0)}, QuarantineRules(), "peak of -58 dB"),
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
    awful = replace(GOOD, levels=Levels(0.0, 0.0, 0.9, 0.9), speech=Speech(-1.0))
    assert QuarantineRules(None, None, None, None).reasons(awful, RATE, RATE) == ()
