"""What a stream keeps, where, and that nothing of it overlaps while it is needed."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import pytest
from random_streams import random_streams
from synthetic_models import ModelBuilder, keyword_model

from firmware_tools.engine.streaming.host import HostStream
from firmware_tools.engine.streaming.plan import StreamPlan, plan_stream
from firmware_tools.engine.streaming.steps import NOWHERE, StreamProgram, stream_program, with_rows
from firmware_tools.errors import ModelError, StreamingError
from firmware_tools.tflite.graph import Graph, read_tflite


def graphs() -> list[Graph]:
    return [read_tflite(model) for model in random_streams(500, 40)]


def lasting(program: StreamProgram, plan: StreamPlan) -> dict[tuple[int, int], str]:
    """Spans of the block that must be kept from frame to frame, with what they are."""
    spans = {(0, 4): "number of the frame"} if plan.cycle_frames > 1 else {}
    for index, mean in program.means.items():
        spans[plan.means[index], plan.means[index] + mean.state_bytes] = f"mean {index}"
    for index, store in program.stores.items():
        if store.lasting:
            spans[plan.rows[index], plan.rows[index] + store.rows * store.row_bytes] = f"rows {index}"
    return spans


def test_what_lasts_lies_apart_and_first() -> None:
    for graph in graphs():
        program = stream_program(graph)
        plan = plan_stream(graph, program)
        spans = sorted(lasting(program, plan))
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
        assert all(first >= 0 and end <= plan.lasting_bytes and first % 4 == 0 for first, end in spans)
        assert plan.lasting_bytes <= plan.state_bytes and plan.state_bytes % 4 == 0
        for place in plan.scratch.values():
            assert place >= plan.lasting_bytes and place % 4 == 0


def passing(graph: Graph, program: StreamProgram, plan: StreamPlan) -> Mapping[int, tuple[int, int, int, int]]:
    """Spans of what is gone when the frame, or the head, is done, with the first and the last call that need them."""
    spans: dict[int, tuple[int, int, int, int]] = {}
    for number, call in enumerate(program.calls):
        for index in (*call.inputs, call.output):
            source = program.source(index)
            store = program.stores.get(source)
            if source == NOWHERE or source not in plan.rows or (store and store.lasting):
                continue
            size = store.row_bytes if store else graph.tensors[source].elements
            first = spans.get(source, (0, 0, number, 0))[2]
            spans[source] = (plan.rows[source], plan.rows[source] + size, first, number)
        if number in plan.scratch:
            place = plan.scratch[number]
            spans[-10 - number] = (place, place + (call.scratch_bytes or 0), number, number)
    return spans


def test_what_passes_is_not_overwritten_while_it_is_needed() -> None:
    """Only a call that may work in place writes over what it reads, in its last call."""
    shared = 0
    for graph in graphs():
        program = stream_program(graph)
        plan = plan_stream(graph, program)
        spans = passing(graph, program, plan)
        for one, (low, high, first, last) in spans.items():
            assert plan.lasting_bytes <= low and high <= plan.state_bytes
            for other, (its_low, its_high, its_first, its_last) in spans.items():
                if one == other or high <= its_low or its_high <= low or last < its_first or its_last < first:
                    continue
                meeting = program.calls[max(first, its_first)]
                sources = {program.source(index) for index in meeting.in_place}
                assert max(first, its_first) == min(last, its_last) and sources & {one, other}
                shared += 1
    assert shared > 10


def test_steps_are_layers_of_the_rows_that_a_column_needs() -> None:
    graph = read_tflite(keyword_model(frames=20, features=4, channels=8, blocks=1, kernel=5, stride=1, valid=True))
    program = stream_program(graph)
    kinds = [graph.operators[step.call.layer].kind for step in program.steps]
    assert kinds == ["CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D", "ADD"]
    assert [step.rows_back[0] for step in program.steps] == [3, 5, 1, 1]
    (mean,) = program.means.values()
    assert mean.add.parameters == {"columns": 14, "row_bytes": 8, "sums": 8}
    assert mean.state_bytes == 4 + 4 * 8 + 14 * 8
    assert [graph.operators[call.layer].kind for call in program.head] == ["FULLY_CONNECTED", "SOFTMAX"]


def test_only_what_is_needed_later_is_kept() -> None:
    graph = read_tflite(keyword_model(frames=20, features=4, channels=8, blocks=1, kernel=5, stride=1, valid=True))
    stores = stream_program(graph).stores
    kept = {index: store.rows for index, store in stores.items() if store.lasting}
    first, second = graph.operators[0], graph.operators[1]
    assert kept == {first.inputs[0]: 3, first.output: 5}
    assert stores[second.output].rows == 1
    plan = plan_stream(graph)
    (mean,) = stream_program(graph).means.values()
    assert plan.lasting_bytes == 3 * 4 + 5 * 8 + mean.state_bytes and plan.cycle_frames == 1


def test_a_mean_over_part_of_each_column_is_no_running_one() -> None:
    """A pool over all frames and half of the width: the head takes the columns whole."""
    build = ModelBuilder(6)
    x = build.conv2d(build.input((1, 12, 4, 3)), 9, (3, 1), same=False)
    graph = read_tflite(build.finish(build.pool(x, (10, 2), stride=(1, 2))))
    program = stream_program(graph)
    assert not program.means and program.stores[x.index].rows == 10
    assert [graph.operators[call.layer].kind for call in program.head] == ["AVERAGE_POOL_2D"]


def test_with_rows_changes_the_named_tensors_alone() -> None:
    graph = read_tflite(keyword_model(frames=20, features=4, channels=8, blocks=1, kernel=5, valid=True))
    small = with_rows(graph, {graph.inputs[0]: 3})
    assert small.input.shape == (1, 3, 1, 4) and graph.input.shape == (1, 20, 1, 4)
    assert small.tensors[1:] == graph.tensors[1:] or small.inputs[0] != 0


def test_too_large_a_mean_and_no_stream_are_refused() -> None:
    build = ModelBuilder(7)
    x = build.conv2d(build.input((1, 5, 1, 2)), 70_000, (2, 1), same=False, depthwise=True)
    with pytest.raises(ModelError, match="too large for the engine"):
        stream_program(read_tflite(build.finish(build.mean(x, (1, 2)))))
    with pytest.raises(StreamingError, match="padding in time"):
        plan_stream(read_tflite(keyword_model(frames=20, blocks=1)))


def test_a_window_of_one_column_and_one_frame_more() -> None:
    """The smallest stream: a kernel as high as the window leaves one column, which is the output."""
    build = ModelBuilder(8)
    x = build.conv2d(build.input((1, 3, 1, 2)), 4, (2, 1), same=False)
    graph = read_tflite(build.finish(build.mean(x, (1, 2))))
    rows = np.random.default_rng(0).integers(-128, 128, (9, 2)).astype(np.int8)
    stream = HostStream(graph)
    assert stream.plan.hop_frames == 1 and len(stream.windows(rows, 1)) == 7
