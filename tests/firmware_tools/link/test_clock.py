"""The true sample rate, from times that are late as they like."""

from __future__ import annotations

import numpy as np
import pytest

from firmware_tools.link.clock import BOARD_CLOCK, HOST_CLOCK, SessionClock, robust_slope

BLOCK = 256


def session(seconds: float, mic_ppm: float, board_ppm: float, *, virtual: bool = False, seed: int = 0) -> SessionClock:
    """A board whose microphone and own clock are off; frames leave it late and arrive later, a few far later."""
    rng, clock = np.random.default_rng(seed), SessionClock(16_000)
    clock.virtual_time = virtual
    position, host = 0, 0.0
    while host < seconds:
        position += BLOCK
        true = position / (16_000 * (1 + mic_ppm * 1e-6))
        fetched = true + rng.uniform(0, 0.001)
        host = max(host, fetched + rng.exponential(0.004) + 0.5 * (rng.random() < 0.02))
        board_us = int((fetched * (1 + board_ppm * 1e-6) + 5) * 1e6)
        clock.add(board_us, 1_000 + host)
        clock.add_audio(1, position, board_us)
    return clock


@pytest.mark.parametrize(("mic_ppm", "board_ppm"), [(0, 0), (80, 0), (-150, 300), (20_000, -40)])
def test_rate_is_found_against_the_hosts_clock(mic_ppm: float, board_ppm: float) -> None:
    estimate = session(60, mic_ppm, board_ppm).estimate()
    assert estimate is not None and estimate.basis == HOST_CLOCK
    assert estimate.ppm == pytest.approx(mic_ppm, abs=12)
    assert abs(estimate.ppm - mic_ppm) < 4 * estimate.error_ppm + 1
    assert estimate.rate_hz == pytest.approx(16_000 * (1 + mic_ppm * 1e-6), abs=0.2)
    assert 55 < estimate.seconds < 65


def test_longer_sessions_know_it_better() -> None:
    short, long = session(3, 50, 0).estimate(), session(300, 50, 0).estimate()
    assert short is not None and long is not None
    assert long.error_ppm < short.error_ppm / 10 and abs(long.ppm - 50) < 2


def test_virtual_time_is_measured_by_the_boards_own_clock_and_said_so() -> None:
    estimate = session(30, 100, 0, virtual=True).estimate()
    assert estimate is not None and estimate.basis == BOARD_CLOCK
    assert estimate.ppm == pytest.approx(100, abs=5)


def test_too_little_says_nothing() -> None:
    clock = SessionClock()
    assert clock.estimate() is None
    for number in range(5):
        clock.add(number * 16_000, number * 0.016)
        clock.add_audio(1, number * BLOCK, number * 16_000)
    assert clock.estimate() is None


def test_a_reset_begins_anew() -> None:
    clock = session(10, 0, 0)
    clock.add(1_000, 2_000.0)
    assert clock.estimate() is None


def test_takes_are_never_joined() -> None:
    clock = SessionClock()
    clock.virtual_time = True
    for take in range(3):  # each begins at sample 0, a second after the last one ended
        for number in range(1, 60):
            board_us = take * 2_000_000 + number * 16_000
            clock.add(board_us, board_us * 1e-6)
            clock.add_audio(take, number * BLOCK, board_us)
    estimate = clock.estimate()
    assert estimate is not None and estimate.ppm == pytest.approx(0, abs=1)


def test_days_of_points_are_thinned_out() -> None:
    clock = session(600, 30, 0)
    assert len(clock._board) <= 8_192
    estimate = clock.estimate()
    assert estimate is not None and estimate.ppm == pytest.approx(30, abs=2)


def test_slope_needs_two_points() -> None:
    with pytest.raises(ValueError, match="two points"):
        robust_slope(np.array([1.0]), np.array([1.0]))
