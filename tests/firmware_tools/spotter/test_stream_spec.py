"""Settings of a stream: what is refused, and that they come back from JSON as they were."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from firmware_tools.errors import ModelError
from firmware_tools.spotter.stream_spec import NEVER, StreamSpec

CHOSEN = StreamSpec(stride_frames=2, average=8, refractory_ms=750, sums=(0, 0, 611, NEVER))


@pytest.mark.parametrize("spec", [StreamSpec(), CHOSEN])
def test_settings_come_back_from_json(spec: StreamSpec) -> None:
    assert StreamSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


def test_thresholds_are_the_sums_or_average_times_one_threshold() -> None:
    assert CHOSEN.thresholds(4, 10) == (0, 0, 611, NEVER)
    assert replace(CHOSEN, sums=None).thresholds(4, -10) == (-80,) * 4
    with pytest.raises(ModelError, match="do not fit the labels: 4"):
        CHOSEN.thresholds(5, 10)


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        {},
        {**CHOSEN.to_dict(), "more": 1},
        {**CHOSEN.to_dict(), "average": "8"},
        {**CHOSEN.to_dict(), "average": 8.0},
        {**CHOSEN.to_dict(), "average": True},
        {**CHOSEN.to_dict(), "average": 0},
        {**CHOSEN.to_dict(), "average": 65},
        {**CHOSEN.to_dict(), "stride_frames": 0},
        {**CHOSEN.to_dict(), "refractory_ms": -1},
        {**CHOSEN.to_dict(), "refractory_ms": 60_001},
        {**CHOSEN.to_dict(), "sums": 5},
        {**CHOSEN.to_dict(), "sums": "0011"},
        {**CHOSEN.to_dict(), "sums": [0, 0, None, 1]},
        {**CHOSEN.to_dict(), "sums": [0, 0, 32_768, 1]},
        {**CHOSEN.to_dict(), "sums": [0, 0, -32_769, 1]},
    ],
)
def test_settings_that_cannot_be_are_one_line(values: object) -> None:
    with pytest.raises(ModelError, match=r"^stream: ") as caught:
        StreamSpec.from_dict(values)
    assert "\n" not in str(caught.value)
