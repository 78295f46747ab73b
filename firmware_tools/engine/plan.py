"""Where every tensor lives: the arena of the generated C, planned exactly.

The caller owns the input (which is only read) and the output (which the last operator writes), so neither is in the
arena. Tensors that are only another's bytes under a new shape share its memory; an operator writes over its input
where its kernel allows it and nobody else needs the input. What remains is placed greedily, largest first, each at the
lowest offset that is free during its whole life (the "greedy by size" of arXiv:2001.03288), and a few other orders are
tried as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from firmware_tools.engine.call import Call
from firmware_tools.engine.first_fit import Life, aligned, first_fit
from firmware_tools.engine.lower import Program, lower
from firmware_tools.tflite.graph import Graph

ALIGNMENT = 4

Place = Literal["input", "output", "constant", "arena"]


@dataclass(frozen=True)
class Block:
    """A piece of the arena: ``offset`` and ``size_bytes``, in use from call ``first`` to call ``last``."""

    name: str
    offset: int
    size_bytes: int
    first: int
    last: int


@dataclass(frozen=True)
class MemoryPlan:
    """The planned arena.

    Attributes:
        arena_bytes: what the generated C reserves; the caller's input and output come on top.
        input_bytes, output_bytes: the caller's buffers.
        blocks: tensors and scratch memory with their places and lives.
        places: for each tensor that is used, where it is.
        offsets: arena offset of the tensors that are in the arena.
        scratch: arena offset of the scratch memory of each call, by call number.
    """

    arena_bytes: int
    input_bytes: int
    output_bytes: int
    blocks: tuple[Block, ...]
    places: Mapping[int, Place]
    offsets: Mapping[int, int]
    scratch: Mapping[int, int]

    @property
    def total_bytes(self) -> int:
        """Arena, input and output together: what one inference needs beside stack and constants."""
        return self.arena_bytes + self.input_bytes + self.output_bytes

    def live_at_peak(self) -> list[tuple[str, int]]:
        """Names and sizes of what is alive when most of the arena is in use, largest first."""
        steps = {block.first for block in self.blocks}
        alive = [[b for b in self.blocks if b.first <= step <= b.last] for step in sorted(steps)]
        peak = max(alive, key=lambda blocks: sum(b.size_bytes for b in blocks), default=[])
        return sorted(((b.name, b.size_bytes) for b in peak), key=lambda item: -item[1])


@dataclass
class Group:
    """Tensors that share memory."""

    tensors: list[int]
    size: int
    first: int
    last: int
    place: Place = "arena"
    name: str = ""
    call: int = -1  # the call that a scratch block belongs to
    offset: int = field(default=0)


def plan_memory(graph: Graph, program: Program | None = None) -> MemoryPlan:
    """The memory plan of a graph.

    Raises:
        ModelError: the graph cannot be lowered.
    """
    program = program or lower(graph)
    groups = _tensor_groups(graph, program)
    share_in_place(program.calls, groups)
    unique = list({id(group): group for group in groups.values()}.values())
    arena = [group for group in unique if group.place == "arena"]
    scratch = [
        Group([], call.scratch_bytes, i, i, name=f"scratch of layer {call.layer}", call=i)
        for i, call in enumerate(program.calls)
        if call.scratch_bytes
    ]
    size = place_groups([*arena, *scratch])
    blocks = tuple(Block(g.name, g.offset, g.size, g.first, g.last) for g in (*arena, *scratch))
    return MemoryPlan(
        arena_bytes=size,
        input_bytes=graph.input.elements,
        output_bytes=graph.output.elements,
        blocks=blocks,
        places={index: group.place for index, group in groups.items()},
        offsets={index: group.offset for index, group in groups.items() if group.place == "arena"},
        scratch={group.call: group.offset for group in scratch},
    )


def _tensor_groups(graph: Graph, program: Program) -> dict[int, Group]:
    """One group for each tensor that is used, renamed tensors in one group; lives in call numbers."""
    groups: dict[int, Group] = {}

    def group_of(index: int) -> Group:
        while index in program.renamed:
            index = program.renamed[index]
        if index not in groups:
            tensor = graph.tensors[index]
            place: Place = "constant" if tensor.data is not None else "arena"
            groups[index] = Group([], tensor.elements, len(program.calls), -1, place, f"t{index} {tensor.name}")
        return groups[index]

    for number, call in enumerate(program.calls):
        for index in (*call.inputs, call.output):
            group = group_of(index)
            group.first, group.last = min(group.first, number), max(group.last, number)
            groups.setdefault(index, group)
    for index, ends in ((graph.inputs[0], "input"), (graph.outputs[0], "output")):
        group = group_of(index)
        group.place = "input" if ends == "input" else "output"
        groups.setdefault(index, group)
    for index, group in groups.items():
        group.tensors.append(index)
    return groups


def share_in_place(calls: Sequence[Call], groups: dict[int, Group]) -> None:
    """Join the output of a call with an input that dies there, where the kernel allows it."""
    for number, call in enumerate(calls):
        output = groups[call.output]
        if output.place != "arena" or output.first != number:
            continue
        for index in call.in_place:
            source = groups[index]
            if source is output or source.place != "arena" or source.last != number:
                continue
            source.size = max(source.size, output.size)
            source.last = max(source.last, output.last)
            source.tensors += output.tensors
            for member in output.tensors:
                groups[member] = source
            break


def place_groups(groups: Sequence[Group]) -> int:
    """Give every group its offset; returns the size of the arena."""
    orders: list[list[Group]] = [
        sorted(groups, key=lambda g: (-g.size, g.first)),
        sorted(groups, key=lambda g: (g.first, -g.size)),
        sorted(groups, key=lambda g: (g.first - g.last, -g.size)),
        sorted(groups, key=lambda g: (-g.size * (g.last - g.first + 1), g.first)),
    ]
    best = min(orders, key=lambda order: _first_fit(order))
    return _first_fit(best)


def _first_fit(order: Sequence[Group]) -> int:
    lives = [Life(group.size, group.first, group.last) for group in order]
    for group, offset in zip(order, first_fit(lives, ALIGNMENT), strict=True):
        group.offset = offset
    return aligned(max((g.offset + g.size for g in order), default=0), ALIGNMENT)
