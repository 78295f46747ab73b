"""Where everything of the streaming engine lives: one block of the caller's memory, planned exactly.

First comes what lasts from frame to frame (the frame's number in its cycle, the columns that are kept, the running
means), then the memory of what is gone when the frame, or the head, is done: first fit, as in the windowed engine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from firmware_tools.engine.first_fit import aligned
from firmware_tools.engine.plan import ALIGNMENT, Group, place_groups, share_in_place
from firmware_tools.engine.streaming.steps import NOWHERE, StreamProgram, stream_program
from firmware_tools.tflite.graph import Graph


@dataclass(frozen=True)
class StreamPlan:
    """The planned block; all numbers are bytes from its beginning.

    Attributes:
        state_bytes: of the whole block.
        lasting_bytes: of its first part, which must be kept from frame to frame.
        frame_bytes: of one frame of features.
        output_bytes: of the scores.
        cycle_frames: frames after which all layers are where they began; 1 where each frame makes a column everywhere.
        hop_frames: windows begin at multiples of so many frames.
        rows: place of the columns that are kept, by tensor; of the others in the block, their only row.
        means: place of each running mean, by the tensor that it gives.
        scratch: place of the scratch memory of each call, by its number in the program's ``calls``.
    """

    state_bytes: int
    lasting_bytes: int
    frame_bytes: int
    output_bytes: int
    cycle_frames: int
    hop_frames: int
    rows: Mapping[int, int]
    means: Mapping[int, int]
    scratch: Mapping[int, int]


def plan_stream(graph: Graph, program: StreamProgram | None = None) -> StreamPlan:
    """The memory plan of a network's streaming form.

    Raises:
        StreamingError: the network does not stream.
        ModelError: it cannot be lowered.
    """
    program = program or stream_program(graph)
    cycle = math.lcm(*(columns.period for columns in program.columns.values()))
    end = ALIGNMENT if cycle > 1 else 0
    rows, means = {}, {}
    for index, mean in program.means.items():
        means[index] = end
        end += aligned(mean.state_bytes, ALIGNMENT)
    for index, store in program.stores.items():
        if store.lasting:
            rows[index] = end
            end += aligned(store.rows * store.row_bytes, ALIGNMENT)
    groups = _groups(graph, program)
    share_in_place(program.calls, groups)
    passing = {index: group for index, group in groups.items() if group.place == "arena"}
    scratch = [
        Group([], call.scratch_bytes, i, i, call=i) for i, call in enumerate(program.calls) if call.scratch_bytes
    ]
    size = place_groups([*{id(group): group for group in passing.values()}.values(), *scratch])
    rows |= {index: end + group.offset for index, group in passing.items()}
    return StreamPlan(
        state_bytes=max(end + size, ALIGNMENT),
        lasting_bytes=end,
        frame_bytes=graph.input.elements // graph.input.shape[1],
        output_bytes=graph.output.elements,
        cycle_frames=cycle,
        hop_frames=program.hop_frames,
        rows=rows,
        means=means,
        scratch={group.call: end + group.offset for group in scratch},
    )


def _groups(graph: Graph, program: StreamProgram) -> dict[int, Group]:
    """One group for each tensor, renamed tensors in one group; lives in numbers of calls."""
    groups: dict[int, Group] = {}
    lasting = {index for index, store in program.stores.items() if store.lasting}
    for number, call in enumerate(program.calls):
        for index in (*call.inputs, call.output):
            source = program.source(index)
            if source not in groups:
                outside = source in lasting or _belongs_to_others(graph, program, source)
                groups[source] = Group([], _bytes(graph, program, source), number, number)
                groups[source].place = "output" if outside else "arena"
            group = groups.setdefault(index, groups[source])
            group.first, group.last = min(group.first, number), max(group.last, number)
    for index, group in groups.items():
        group.tensors.append(index)
    return groups


def _belongs_to_others(graph: Graph, program: StreamProgram, source: int) -> bool:
    ends = {program.source(index) for index in (*graph.inputs, *graph.outputs)}
    return source == NOWHERE or source in ends or graph.tensors[source].data is not None


def _bytes(graph: Graph, program: StreamProgram, source: int) -> int:
    if source == NOWHERE:
        return 0
    return program.stores[source].row_bytes if source in program.stores else graph.tensors[source].elements
