"""Weights of two filters in shared words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.engine.paired import exact, pair_filters, pair_nibbles


def filters_of(count: int, taps: int, seed: int, least: int, most: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(least, most + 1, (count, taps)).astype(np.int8)


@given(st.integers(1, 5), st.integers(1, 13), st.integers(0, 2**32 - 1))
def test_a_halfword_gives_back_both_weights(count: int, taps: int, seed: int) -> None:
    filters = filters_of(count, taps, seed, -127, 127)
    halfwords = pair_filters(filters)
    assert halfwords.shape == ((count + 1) // 2, (taps + 3) // 4 * 4) and exact(filters)
    first = halfwords.astype(np.int8).astype(np.int32)
    second = (halfwords - first) // 256
    assert (256 * second + first == halfwords).all()
    for c, taken in enumerate(filters):
        read = (second if c % 2 else first)[c // 2].reshape(-1, 4)[:, [0, 2, 1, 3]].reshape(-1)
        np.testing.assert_array_equal(read[:taps], taken)
        assert not read[taps:].any()


@given(st.integers(1, 5), st.integers(1, 13), st.integers(0, 2**32 - 1))
def test_a_halfword_gives_back_four_weights_of_4_bits(count: int, taps: int, seed: int) -> None:
    filters = filters_of(count, taps, seed, -8, 7)
    halfwords = pair_nibbles(filters).astype(np.int32)
    assert halfwords.shape == ((count + 1) // 2, (taps + 3) // 4 * 2)
    # from the top: second[k], first[k], second[k + 1], first[k + 1]
    nibbles = (halfwords[..., None] << np.asarray([16, 20, 24, 28], np.int32)) >> 28
    for c, taken in enumerate(filters):
        in_order = nibbles[c // 2].reshape(-1, 2, 4)[..., [0, 2] if c % 2 else [1, 3]]  # [groups, k or k + 2, + 0 or 1]
        np.testing.assert_array_equal(in_order.reshape(-1)[:taps], taken)
        assert not in_order.reshape(-1)[taps:].any()


@pytest.mark.parametrize(("first", "second", "fits"), [(-128, -127, True), (0, -128, True), (-1, -128, False)])
def test_whether_a_halfword_wraps(first: int, second: int, fits: bool) -> None:
    assert exact(np.asarray([[first], [second]], np.int8)) == fits
