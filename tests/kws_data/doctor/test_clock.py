"""What is said of a rate, by how far it is off."""

from __future__ import annotations

import pytest

from firmware_tools.link.clock import HOST_CLOCK, ClockEstimate
from kws_data.doctor.clock import examine_clock


def estimate(rate_hz: float, nominal_hz: float = 16_000, error_ppm: float = 20) -> ClockEstimate:
    return ClockEstimate(rate_hz, (rate_hz / nominal_hz - 1) * 1e6, error_ppm, 3.0, HOST_CLOCK)


@pytest.mark.parametrize(
    ("rate_hz", "mark", "said"),
    [
        (8_000, "FAIL", "half the rate"),
        (8_060, "FAIL", "half the rate"),
        (32_010, "FAIL", "twice the rate"),
        (4_000, "FAIL", "a quarter of the rate"),
        (64_000, "FAIL", "four times the rate"),
        (11_025, "FAIL", "slow"),
        (16_125, "FAIL", "fast"),
        (16_016, "note", "fast"),
        (16_000.4, "ok", "fast"),
    ],
)
def test_a_rate_is_named_by_what_it_comes_from(rate_hz: float, mark: str, said: str) -> None:
    finding = examine_clock(estimate(rate_hz))
    assert finding.mark == mark and said in finding.found and HOST_CLOCK in finding.found
    assert finding.values["rate_hz"] == rate_hz and bool(finding.remedy) == (mark != "ok")


def test_twice_the_rate_names_left_and_right() -> None:
    assert "left and right" in examine_clock(estimate(32_000)).remedy


def test_what_is_not_sure_is_not_said() -> None:
    assert examine_clock(estimate(16_125, error_ppm=9_000)).mark == "ok"
    assert examine_clock(None).mark == "note"
