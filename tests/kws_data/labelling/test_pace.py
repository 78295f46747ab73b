"""How fast annotators are."""

from __future__ import annotations

import pytest

from kws_data.catalog.opinions import Kind, Opinion
from kws_data.labelling.pace import pace_of


def given_at(*times: str, kind: Kind = "person", seconds: float | None = None) -> list[Opinion]:
    days = [f"2026-01-01T{time}+00:00" for time in times]
    return [Opinion("0" * 16, kind, "ann", "yes", seconds=seconds, given_at=day) for day in days]


def test_breaks_do_not_count():
    pace = pace_of(given_at("10:00:00.000", "10:00:03.000", "12:00:00.000", "12:00:05.000"))
    assert (pace.count, pace.median_seconds) == (4, None)
    assert pace.per_hour == pytest.approx(3600 * 2 / 8)


def test_one_label_has_no_pace():
    assert pace_of(given_at("10:00:00.000")).per_hour is None
    assert pace_of(given_at("10:00:00.000", "10:00:00.000")).per_hour is None


def test_answers_that_came_together_have_no_pace():
    script = [f"10:00:00.{thousandth:03}" for thousandth in range(40)]
    assert pace_of(given_at(*script)).per_hour is None
    assert pace_of(given_at("10:00:00.000", "10:00:01.000", kind="imported")).per_hour is None
    mixed = [*given_at(*script, kind="imported"), *given_at("10:00:03.000", "10:00:05.000")]
    assert pace_of(mixed).per_hour == pytest.approx(1_800)


def test_what_took_longer_than_a_break_says_nothing_of_the_pace():
    left_open = given_at("10:00:00.000", "10:00:02.000", kind="imported", seconds=3_600.0)
    assert pace_of(left_open).median_seconds is None
    heard = given_at("11:00:00.000", kind="imported", seconds=4.0)
    assert (pace_of([*left_open, *heard]).count, pace_of([*left_open, *heard]).median_seconds) == (3, 4.0)
