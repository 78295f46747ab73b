"""The threshold of a bundle for micro_wake_word says what its manifest can say, and no less than was chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from wake_word_models import keyword_model, wake_word_bundle

from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.spotter.stream_spec import NEVER, StreamSpec
from firmware_tools.spotter.wake_word import cutoff_for
from kws_data.export.micro_wake_word import as_its_runtime_decides, sayable


@pytest.mark.parametrize("window", [1, 2, 3, 5, 10, 16])
def test_the_first_sum_that_its_own_manifest_passes(window: int) -> None:
    for threshold in [*range(-128 * window, 127 * window + 1), NEVER]:
        found = sayable(threshold, window)
        probability = cutoff_for(found, window).probability
        mean = (found + 128 * window) / (256 * window)
        assert mean > probability >= mean - 1 / (256 * window), "pymicro-wakeword detects from this sum on"
        assert cutoff_for(found, window).reached(found + 128 * window), "and so does ESPHome"
        assert min(threshold, found) <= found <= 127 * window
        assert threshold > 126 * window or threshold <= found <= max(threshold, -127 * window) + window + 1
        assert sayable(found, window) == found


def test_a_bundle_gets_sums_and_another_front_end_stays_as_it_is() -> None:
    bundle = wake_word_bundle(keyword_model(), StreamSpec(3, 5))
    made = as_its_runtime_decides(replace(bundle, threshold_int8=60))
    assert made.stream.sums == (300, 300, sayable(300, 5))
    assert made.stream.average == 5
    ours = replace(bundle, frontend=FrontendSpec())
    assert as_its_runtime_decides(ours) is ours
