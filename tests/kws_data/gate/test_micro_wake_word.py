"""The gate of a micro_wake_word model holds the file that the device loads."""

from __future__ import annotations

import pytest
from wake_word_models import keyword_model, wake_word_bundle

from firmware_tools.spotter.stream_spec import StreamSpec
from firmware_tools.tflite import tflm
from firmware_tools.tflite.ring_model import ring_model
from firmware_tools.tflite.slim import slim
from kws_data.config.device import BudgetSettings
from kws_data.gate.micro_wake_word import check_micro_wake_word


@pytest.mark.skipif(not tflm.available(), reason="tflite-micro has no wheel here")
def test_file_and_arena_are_those_of_the_ring_model() -> None:
    tflite = slim(keyword_model())
    ring = ring_model(tflite)
    found = check_micro_wake_word(wake_word_bundle(tflite, StreamSpec()), BudgetSettings(arena_bytes=24_000))
    assert {check.name: check.measured for check in found.checks} == {
        "model_bytes": len(ring),
        "arena_bytes": tflm.arena_bytes(ring),
    }
    assert found.passed
    assert any(part.name == "ring of the last window" for part in found.checks[1].largest)


def test_a_file_that_is_too_large_only_with_its_ring_breaks_the_limit() -> None:
    tflite = slim(keyword_model())
    found = check_micro_wake_word(wake_word_bundle(tflite, StreamSpec()), BudgetSettings(model_bytes=len(tflite) + 10))
    assert not found.checks[0].passed
    assert "over by" in found.checks[0].line()
