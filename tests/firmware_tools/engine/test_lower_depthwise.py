"""How weights of depthwise layers lie for the kernels."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_models import ModelBuilder

from firmware_tools.engine.call import Call
from firmware_tools.engine.lower import lower
from firmware_tools.engine.lower_depthwise import in_fours
from firmware_tools.tflite.graph import read_tflite


def test_each_four_channels_lie_together() -> None:
    filters = np.arange(8, dtype=np.int8)[:, None] + np.asarray([0, 10, 20], np.int8)
    assert in_fours(filters).tolist() == [
        [[0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23]],
        [[4, 5, 6, 7], [14, 15, 16, 17], [24, 25, 26, 27]],
    ]


@pytest.mark.parametrize("count", [4, 5, 6, 7])
def test_the_last_four_share_with_those_before(count: int) -> None:
    filters = np.arange(count, dtype=np.int8)[:, None]
    assert in_fours(filters)[-1, 0].tolist() == [count - 4, count - 3, count - 2, count - 1]
    assert in_fours(filters)[0, 0].tolist() == [0, 1, 2, 3]


def lowered(shape: tuple[int, int, int], filters: int, kernel: tuple[int, int], **options: tuple[int, int]) -> Call:
    build = ModelBuilder(1)
    x = build.input((1, *shape), 0.1)
    y = build.conv2d(x, filters, kernel, depthwise=True, **options)  # type: ignore[arg-type]
    (call,) = lower(read_tflite(build.finish(y))).calls
    return call


@pytest.mark.parametrize(
    ("kernel", "options", "taps", "piece"),
    [
        ((9, 1), {}, 9, 9),
        ((10, 1), {}, 10, 5),
        ((11, 1), {}, 12, 6),  # a weight of zero
        ((3, 3), {}, 3, 3),
        ((5, 1), {"stride": (2, 1)}, 5, 0),
        ((5, 1), {"dilation": (2, 1)}, 5, 0),
        ((11, 2), {}, 11, 0),
    ],
)
def test_rows_are_filtered_in_pieces_where_outputs_are_neighbours(
    kernel: tuple[int, int], options: dict[str, tuple[int, int]], taps: int, piece: int
) -> None:
    call = lowered((30, 2 if kernel[1] > 1 else 1, 6), 6, kernel, **options)
    assert (call.parameters["taps"], call.parameters["piece"], call.parameters["fours"]) == (taps, piece, 1)


def test_several_filters_of_one_channel_are_a_convolution() -> None:
    assert lowered((9, 8, 1), 8, (5, 4), stride=(2, 2)).function == "kws_conv"
    assert lowered((9, 8, 1), 1, (3, 3)).function == "kws_depthwise"
