"""What the doctor says of the micro interpreter."""

from __future__ import annotations

import pytest

from firmware_tools.engine import tflm_rule
from firmware_tools.tflite import tflm
from kws_data.doctor import machine


@pytest.mark.skipif(not tflm.available(), reason="tflite-micro has no wheel for this machine")
def test_the_pinned_wheel_equals_the_engine() -> None:
    assert machine._interpreter().endswith("which the C engine equals byte for byte")


@pytest.mark.skipif(not tflm.available(), reason="tflite-micro has no wheel for this machine")
def test_a_wheel_of_the_other_rule_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tflm_rule, "tflm_rule", lambda: "float32")
    assert "may differ from the C engine by one step" in machine._interpreter()
