"""The question that tells which rule for dense layers the interpreter at hand follows."""

from __future__ import annotations

import numpy as np
import pytest

from firmware_tools.engine import tflm_rule as rule
from firmware_tools.engine.fixed_point import quantize_multiplier, scale
from firmware_tools.engine.host import HostEngine
from firmware_tools.errors import ModelError
from firmware_tools.tflite.tflm import available


def test_the_sum_of_the_probe_lies_between_the_two_rules() -> None:
    x, w, y = (np.float32(value) for value in (rule.INPUT_SCALE, rule.WEIGHT_SCALE, rule.OUTPUT_SCALE))
    products = {"float32": float(x * w), "double": float(x) * float(w)}
    outputs = {scale(rule.SUM, quantize_multiplier(p / float(y))): name for name, p in products.items()}
    assert outputs == rule.OUTPUTS


def test_the_engine_and_the_pinned_wheel_follow_the_same_rule() -> None:
    engine = HostEngine(rule.probe_model())(np.zeros((1, 1), np.int8))
    assert rule.OUTPUTS[int(engine[0, 0])] == "double"
    if available():
        assert rule.tflm_rule() == "double"


def test_an_interpreter_that_follows_neither_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule, "TflmInterpreter", lambda model: lambda inputs: np.full((1, 1), 3, np.int8))
    with pytest.raises(ModelError, match="neither known rule: 3"):
        rule.tflm_rule()
