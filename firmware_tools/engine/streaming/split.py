"""What a network is as a stream: columns that come in certain frames, layers that make them, and the head."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from firmware_tools.tflite.graph import Graph, Operator


@dataclass(frozen=True)
class Columns:
    """When a tensor's columns are made: the first after ``first`` further frames, then one every ``period`` frames.

    ``count`` of them lie in a window.
    """

    first: int
    period: int
    count: int

    def behind(self, other: Columns) -> int:
        """How many columns the other is ahead whenever this one makes a column."""
        return (self.first - other.first) // self.period

    def meets(self, other: Columns) -> bool:
        """Whether the other makes a column in every frame in which this one does."""
        return (self.first - other.first) % other.period == 0 and self.period % other.period == 0


@dataclass(frozen=True)
class Layer:
    """An operator that makes a column at a time.

    Attributes:
        operator: the operator.
        rows: for each tensor that it reads (by the number of its bytes' tensor), how many columns it takes at once.
        behind: for each of them, how many newer columns there are by then that it does not take.
    """

    operator: Operator
    rows: Mapping[int, int]
    behind: Mapping[int, int]


@dataclass
class Split:
    """A network in its two parts.

    Attributes:
        columns: of each tensor that is made column by column.
        layers: operators that make columns, in order.
        head: operators that run once a hop, in order.
        renamed: tensors that are the bytes of another.
    """

    columns: dict[int, Columns] = field(default_factory=dict)
    layers: list[Layer] = field(default_factory=list)
    head: list[Operator] = field(default_factory=list)
    renamed: dict[int, int] = field(default_factory=dict)

    def source(self, index: int) -> int:
        """The tensor whose bytes a tensor is."""
        while index in self.renamed:
            index = self.renamed[index]
        return index

    def taken_whole(self, graph: Graph, head: Iterable[Operator]) -> list[int]:
        """Tensors of columns of which some operators of the head, or the network's end, take all in a window."""
        read = [index for operator in head for index in operator.inputs if index in self.columns]
        read += [index for index in graph.outputs if index in self.columns]
        return list(dict.fromkeys(self.source(index) for index in read))

    def hop_frames(self, graph: Graph) -> int:
        """Windows begin at multiples of so many frames."""
        return math.lcm(*(self.columns[index].period for index in self.taken_whole(graph, self.head)))
