"""How fast annotators are."""

from __future__ import annotations

import pytest

from kws_data.catalog.opinions import Opinion
from kws_data.labelling.pace import pace_of


def given_at(*times: str) -> list[Opinion]:
    return [Opinion("0" * 16, "person", "ann", "yes", given_at=f"2026-01-01T{time}+00:00") for time in times]


def test_breaks_do_not_count():
    pace = pace_of(given_at("10:00:00.000", "10:00:03.000", "12:00:00.000", "12:00:05.000"))
    assert (pace.count, pace.median_seconds) == (4, None)
    assert pace.per_hour == pytest.approx(3600 * 2 / 8)


def test_one_label_has_no_pace():
    assert pace_of(given_at("10:00:00.000")).per_hour is None
    assert pace_of(given_at("10:00:00.000", "10:00:00.000")).per_hour is None
