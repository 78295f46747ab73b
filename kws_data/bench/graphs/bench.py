"""Many random networks against TFLM, and what became of them."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware_tools.atomic import write_bytes
from kws_data.bench.graphs.draw import draw_graph
from kws_data.bench.graphs.worker import EQUAL, REFUSED, work
from kws_data.bench.watch import Task, watched
from kws_data.progress import Progress

TASK_GRAPHS = 100  # compiled together
HANG_S = 300.0  # for one answer, of which the first of a task waits for the compiler
REFUSALS = 12  # so many reasons are listed


@dataclass(frozen=True)
class GraphsBench:
    """How many networks, and within which bounds.

    Attributes:
        graphs: networks to compare; those that the engine refuses are drawn anew.
        keep: where networks that differ are written to.
    """

    graphs: int = 10_000
    seed: int = 0
    seconds: float = 3600.0
    workers: int = 2
    keep: Path | None = None


@dataclass(frozen=True)
class Finding:
    """A network that was not as TFLM has it; the seed and its number make it again."""

    number: int
    fate: str
    said: str
    file: str

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return dict(vars(self))


@dataclass
class Graphs:
    """What became of the networks.

    Attributes:
        equal: networks that gave TFLM's bytes in every way, by how they were drawn.
        streamed: those of them that streamed, too.
        four_bits: those of them with weights of 4 bits.
        windows: outputs that were compared, with every build of the kernels.
        hops: those of them that streams gave.
        refused: networks that the engine or TFLM does not take, by what it says.
    """

    wanted: int
    equal: Counter[str] = field(default_factory=Counter)
    streamed: int = 0
    four_bits: int = 0
    windows: int = 0
    hops: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def compared(self) -> int:
        """Networks that were compared."""
        return sum(self.equal.values()) + len(self.findings)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "wanted": self.wanted,
            "compared": self.compared,
            "equal": sum(self.equal.values()),
            "ways": dict(sorted(self.equal.items())),
            "streamed": self.streamed,
            "four_bits": self.four_bits,
            "windows": self.windows,
            "hops": self.hops,
            "refused": sum(self.refused.values()),
            "refusals": dict(self.refused.most_common(REFUSALS)),
            "findings": [finding.to_dict() for finding in sorted(self.findings, key=lambda f: f.number)],
        }


def bench_graphs(bench: GraphsBench, progress: Progress) -> Graphs:
    """Compare all networks, or as many as fit in the seconds; what differs goes to ``bench.keep``.

    Raises:
        KwsError: a worker process cannot begin.
        OSError: a file cannot be kept.
    """
    found = Graphs(bench.graphs)
    until = time.monotonic() + bench.seconds
    first = 0
    while found.compared < bench.graphs and time.monotonic() < until:
        missing = bench.graphs - found.compared
        tasks: list[Task] = [
            ("graphs", bench.seed, start, min(start + TASK_GRAPHS, first + missing))
            for start in range(first, first + missing, TASK_GRAPHS)
        ]
        first += missing
        for _, number, fate, said in watched(work, tasks, bench.workers, HANG_S, until):
            _take(bench, found, number, fate, said)
            progress("networks against TFLM", found.compared, bench.graphs)
    return found


def _take(bench: GraphsBench, found: Graphs, number: int, fate: str, said: str) -> None:
    if fate == REFUSED:
        found.refused[_without_numbers(said)] += 1
    elif fate == EQUAL:
        way, four_bits, windows, hops = said.split()
        found.equal[way] += 1
        found.four_bits += int(four_bits)
        found.streamed += hops != "0"
        found.windows += int(windows)
        found.hops += int(hops)
    else:
        name = f"{fate}-{bench.seed}-{number}.tflite"
        if bench.keep is not None:
            write_bytes(bench.keep / name, draw_graph(bench.seed, number).tflite)
        found.findings.append(Finding(number, fate, said, name if bench.keep is not None else ""))


def _without_numbers(said: str) -> str:
    """A refusal without its layer and the values that were found."""
    kind, layer, rest = said.partition(" (layer ")
    return (kind + rest.partition(")")[2] if layer else kind).split(":")[0]
