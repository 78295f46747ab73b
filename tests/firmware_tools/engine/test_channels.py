"""The two forms in which the kernels store what a channel does to its sums."""

from __future__ import annotations

import numpy as np
import pytest

from firmware_tools.engine.channels import Channels
from firmware_tools.engine.fixed_point import Multiplier

HALF = 1 << 30


def channels(bias: int = 5, bound: int = 1000, mantissa: int = HALF, shift: int = -3) -> Channels:
    return Channels(np.asarray([bias]), np.asarray([bound]), (Multiplier(mantissa, shift),))


def test_bias_and_shift_share_a_word() -> None:
    for bias in (5, -5, (1 << 25) - 1, 1 - (1 << 25)):
        (constant,) = channels(bias).constants().values()
        word, multiplier = constant.values[0].tolist()
        assert (constant.ctype, word >> 6, word & 31, multiplier) == ("kws_channel", bias, 3, HALF)
        assert -(1 << 31) <= word < 1 << 31


def test_no_multiplier_takes_any_shift() -> None:
    (constant,) = channels(mantissa=0, shift=0).constants().values()
    assert constant.values.tolist() == [[5 * 64 + 1, 0]]


@pytest.mark.parametrize(
    "rare", [{"bias": 1 << 25}, {"bias": -(1 << 25)}, {"bound": 1 << 30}, {"shift": 0}, {"shift": 2}]
)
def test_what_is_rare_takes_the_wide_form(rare: dict[str, int]) -> None:
    made = channels(**rare)
    (constant,) = made.constants().values()
    shift = rare.get("shift", -3)
    assert made.parameters() == {"channels": 0, "wide": "wide"}
    assert constant.ctype == "kws_wide_channel"
    assert constant.values[0].tolist() == [rare.get("bias", 5), HALF, max(shift, 0), max(-shift, 0)]
