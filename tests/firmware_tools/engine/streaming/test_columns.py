"""Which layers stream and when they make their columns; what is refused, each with one line."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from synthetic_models import Handle, ModelBuilder, keyword_model

from firmware_tools.engine.streaming.columns import Columns, split_at_head, why_not_streaming
from firmware_tools.errors import StreamingError
from firmware_tools.tflite.graph import Graph, read_tflite


def graph_of(make: Callable[[ModelBuilder, Handle], Handle], shape: tuple[int, ...] = (1, 20, 1, 8)) -> Graph:
    """A network that begins with a layer that streams and ends with a mean."""
    build = ModelBuilder(1)
    x = build.conv2d(build.input(shape), 16, (3, 1), same=False)
    x = make(build, build.conv2d(x, 16, (1, 1)))
    return read_tflite(build.finish(build.mean(x, tuple(range(1, len(x.shape) - 1))) if len(x.shape) > 2 else x))


class TestColumns:
    def test_a_tensor_that_is_made_later_is_behind(self) -> None:
        early, late = Columns(0, 1, 20), Columns(6, 2, 7)
        assert late.behind(early) == 3 and early.behind(early) == 0
        assert late.meets(early) and not early.meets(late)
        assert not Columns(3, 2, 5).meets(Columns(0, 2, 5))

    def test_reach_and_stride_add_up_along_a_network(self) -> None:
        build = ModelBuilder(2)
        x = build.input((1, 30, 1, 4))
        a = build.conv2d(x, 8, (3, 1), stride=(2, 1), same=False)
        b = build.conv2d(a, 8, (3, 1), dilation=(2, 1), depthwise=True, same=False)
        c = build.pool(b, (2, 1), stride=(2, 1))
        split = split_at_head(read_tflite(build.finish(build.mean(c, (1, 2)))))
        assert [split.columns[tensor.index] for tensor in (x, a, b, c)] == [
            Columns(0, 1, 30),
            Columns(2, 2, 14),
            Columns(10, 2, 10),  # four columns more, each of two frames
            Columns(12, 4, 5),
        ]
        assert [dict(layer.rows) for layer in split.layers] == [{x.index: 3}, {a.index: 5}, {b.index: 2}]

    def test_windows_begin_where_the_heads_columns_do(self) -> None:
        graph = read_tflite(keyword_model(frames=40, stride=3, blocks=1, kernel=3, valid=True))
        assert split_at_head(graph).hop_frames(graph) == 3

    def test_a_shortcut_takes_older_columns(self) -> None:
        """Both branches have as many columns, one of them two frames later."""
        build = ModelBuilder(3)
        x = build.conv2d(build.input((1, 21, 1, 4)), 6, (1, 1))
        a = build.conv2d(x, 6, (2, 1), stride=(2, 1), same=False)
        b = build.conv2d(x, 6, (3, 1), stride=(2, 1), same=False)
        assert a.shape == b.shape
        y = build.elementwise("ADD", a, b)
        split = split_at_head(read_tflite(build.finish(build.mean(y, (1, 2)))))
        added = split.layers[-1]
        assert split.columns[y.index] == Columns(2, 2, 10)
        assert added.behind == {a.index: 0, b.index: 0} and added.rows == {a.index: 1, b.index: 1}


def padded(build: ModelBuilder, x: Handle) -> Handle:
    return build.conv2d(x, 16, (3, 1))


def padded_pool(build: ModelBuilder, x: Handle) -> Handle:
    return build.pool(x, (3, 1), same=True)


def explicit_padding(build: ModelBuilder, x: Handle) -> Handle:
    return build.pad(x, ((0, 0), (1, 1), (0, 0), (0, 0)))


def different_strides(build: ModelBuilder, x: Handle) -> Handle:
    """The same number of columns, but every second frame's and every frame's."""
    long = build.conv2d(x, 16, (10, 1), same=False)
    short = build.conv2d(x, 16, (2, 1), stride=(2, 1), same=False)
    return build.elementwise("ADD", long, short)


def joined_in_time(build: ModelBuilder, x: Handle) -> Handle:
    return build.concatenate([x, x], 1)


def a_constant_for_each_frame(build: ModelBuilder, x: Handle) -> Handle:
    return build.elementwise("ADD", x, build.constant((1, x.shape[1], 1, 1), 0.05))


def mixed_dimensions(build: ModelBuilder, x: Handle) -> Handle:
    flat = build.reshape(x, (1, x.shape[1], x.shape[3]))
    return build.elementwise("MUL", x, build.reshape(flat, (1, x.shape[1], 1, x.shape[3])))


def mean_over_the_batch(build: ModelBuilder, x: Handle) -> Handle:
    return build.mean(x, (0,), keep_dims=True)


REFUSALS = [
    (padded, "padding in time.*train with model.padding: valid"),
    (padded_pool, "padding in time"),
    (explicit_padding, "padding in time"),
    (different_strides, "columns that come at different times"),
    (joined_in_time, "joins pieces of time"),
    (a_constant_for_each_frame, "a constant for each frame of the window"),
    (mean_over_the_batch, "has no streaming form"),
]


@pytest.mark.parametrize(("make", "expected"), REFUSALS, ids=lambda one: getattr(one, "__name__", ""))
def test_is_refused_with_the_layer_and_why(make: Callable[[ModelBuilder, Handle], Handle], expected: str) -> None:
    graph = graph_of(make)
    with pytest.raises(StreamingError, match=expected) as caught:
        split_at_head(graph)
    assert str(caught.value).startswith("layer ") and "\n" not in str(caught.value)
    assert why_not_streaming(graph) == str(caught.value)


def test_names_for_the_same_columns_are_no_layers() -> None:
    graph = graph_of(mixed_dimensions)
    assert why_not_streaming(graph) is None
    split = split_at_head(graph)
    assert len(split.renamed) == 2 and len(split.layers) == 3
    assert {split.source(index) for index in split.renamed} == {split.layers[1].operator.output}


def test_no_time_and_too_much_of_the_work_at_the_end() -> None:
    build = ModelBuilder(1)
    with pytest.raises(StreamingError, match=r"no time.*give it"):
        split_at_head(read_tflite(build.finish(build.relu(build.input((1,))))))
    build = ModelBuilder(1)
    x = build.input((1, 10, 1, 4))
    with pytest.raises(StreamingError, match=r"fully_connected.*takes all frames at once, too early"):
        split_at_head(read_tflite(build.finish(build.dense(x, 5))))
    build = ModelBuilder(1)
    with pytest.raises(StreamingError, match="takes all frames at once"):  # no layer multiplies
        split_at_head(read_tflite(build.finish(build.relu(build.input((1, 10, 1, 4))))))


def test_what_takes_all_columns_is_the_head() -> None:
    build = ModelBuilder(4)
    x = build.conv2d(build.input((1, 12, 1, 6)), 24, (3, 1), same=False)
    ends: list[Callable[[Handle], Handle]] = [
        lambda x: build.mean(x, (1,)),
        lambda x: build.pool(x, (10, 1)),
        lambda x: build.pool(x, (10, 1), largest=True),
        lambda x: build.conv2d(x, 2, (10, 1), same=False),
        lambda x: build.reshape(x, (1, 240)),
    ]
    for end in ends:
        build = ModelBuilder(4)
        x = build.conv2d(build.input((1, 12, 1, 6)), 24, (3, 1), same=False)
        graph = read_tflite(build.finish(end(x)))
        split = split_at_head(graph)
        assert [operator.index for operator in split.head] == [1]
        assert split.taken_whole(graph, split.head) == [x.index]


def test_a_network_that_ends_in_columns_has_no_head() -> None:
    build = ModelBuilder(5)
    x = build.conv2d(build.input((1, 9, 1, 3)), 4, (2, 1), same=False)
    graph = read_tflite(build.finish(x))
    split = split_at_head(graph)
    assert split.head == [] and split.taken_whole(graph, ()) == [x.index] and split.hop_frames(graph) == 1
    assert np.prod(graph.output.shape) == 32
