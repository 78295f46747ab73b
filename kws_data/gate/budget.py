"""The gate: what a bundle costs against its limits, and what weighs most in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kws_data.bundle import ModelBundle
from kws_data.config.device import BudgetSettings
from kws_data.errors import GateError
from kws_data.gate.listening import Listening
from kws_data.gate.measure import LatencyCycles
from kws_data.gate.power import PowerEstimate

if TYPE_CHECKING:
    from firmware_tools.spotter.island import Island
    from firmware_tools.tflite.graph import Graph

LARGEST = 5


@dataclass(frozen=True)
class Contributor:
    """A part that counts towards a limit, in the limit's unit."""

    name: str
    amount: float


@dataclass(frozen=True)
class Check:
    """One limit, what was measured, and the largest contributors."""

    name: str
    measured: float
    limit: float
    unit: str
    largest: tuple[Contributor, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the limit holds."""
        return self.measured <= self.limit

    def to_dict(self) -> dict[str, Any]:
        """As in report.json."""
        return {
            "name": self.name,
            "measured": self.measured,
            "limit": self.limit,
            "unit": self.unit,
            "passed": self.passed,
            "largest": [{"name": part.name, "amount": part.amount} for part in self.largest],
        }

    def line(self) -> str:
        """One line for a person; a broken limit names what weighs most."""
        text = f"{self.name} {self.measured:,.6g} {self.unit}, limit {self.limit:,.6g}"
        if self.passed:
            return text
        parts = ", ".join(f"{part.name} ({part.amount:,.6g})" for part in self.largest[:3])
        return f"{text}: over by {self.measured - self.limit:,.6g}; largest: {parts}"


@dataclass(frozen=True)
class BudgetReport:
    """All limits of a bundle, and what was measured with them, whether it has a limit or not.

    Attributes:
        checks: a limit each.
        island: every byte that listening needs; None where there is no image of ours.
        listening: what it costs the core.
        power: what it draws; None too where nobody has looked up the board's currents.
    """

    checks: tuple[Check, ...]
    island: Island | None = None
    listening: Listening | None = None
    power: PowerEstimate | None = None

    @property
    def passed(self) -> bool:
        """Whether all limits hold."""
        return all(check.passed for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """The budget block of report.json, and what was measured beside it."""
        found: dict[str, Any] = {"passed": self.passed, "checks": [check.to_dict() for check in self.checks]}
        for name in ("island", "listening", "power"):
            part = getattr(self, name)
            found |= {} if part is None else {name: part.to_dict()}
        return found

    def lines(self) -> list[str]:
        """What was measured besides the limits, for a person."""
        island, listening = self.island, self.listening
        kinds = "" if island is None else ", ".join(f"{kind} {size:,}" for kind, size in island.by_kind.items())
        return [
            *([] if island is None else [f"island, all that listening needs: {island.bytes:,} bytes: {kinds}"]),
            *([] if listening is None else [listening.line()]),
        ]

    def require(self) -> None:
        """Raises GateError, naming each broken limit and what to cut."""
        broken = [check for check in self.checks if not check.passed]
        if broken:
            lines = "; ".join(check.line() for check in broken)
            raise GateError(f"over budget: {lines}", None, "make model.channels or model.blocks smaller")


def check_budget(
    bundle: ModelBundle,
    limits: BudgetSettings,
    cycles: LatencyCycles | None = None,
    island: Island | None = None,
    listening: Listening | None = None,
) -> BudgetReport:
    """Hold a bundle against the limits. Everything is measured: the file, TFLM's arena, cycles on the board.

    Args:
        bundle: the model.
        limits: of the config.
        cycles: measured on the board; without them there is no check of ``latency_ms`` and ``inference_cycles``.
        island: from the image; without it there is no check of ``island_bytes``.
        listening: without it there is no check of ``duty``.

    Raises:
        ModelError: the model cannot be read.
    """
    report = check_model(bundle.tflite, bundle.arena_bytes, limits, cycles)
    streams = bundle.engine == "streaming"
    found = [*_island_check(limits, streams, island), *_duty_check(limits, listening)]
    return BudgetReport((*report.checks, *found), island, listening)


def check_model(
    tflite: bytes,
    arena_bytes: int,
    limits: BudgetSettings,
    cycles: LatencyCycles | None = None,
) -> BudgetReport:
    """:func:`check_budget` for a model that is in no bundle."""
    from firmware_tools.tflite.graph import read_tflite
    from firmware_tools.tflite.slim import layer_bytes

    graph = read_tflite(tflite)
    layers = [Contributor(name, size) for name, size in layer_bytes(tflite)]
    other = Contributor("file structure", len(tflite) - sum(part.amount for part in layers))
    checks = [
        Check("model_bytes", len(tflite), limits.model_bytes, "bytes", largest([*layers, other])),
        Check("arena_bytes", arena_bytes, limits.arena_bytes, "bytes", arena_parts(graph, arena_bytes)),
    ]
    if cycles is not None:
        parts = latency_parts(graph, cycles)
        checks.append(Check("latency_ms", cycles.latency_ms, limits.latency_ms, "ms", parts))
    if cycles is not None and limits.inference_cycles is not None:
        spent = layer_cycles(graph, cycles)
        checks.append(Check("inference_cycles", cycles.inference, limits.inference_cycles, "cycles", largest(spent)))
    return BudgetReport(tuple(checks))


def _island_check(limits: BudgetSettings, streams: bool, island: Island | None) -> list[Check]:
    limit = limits.island_limit(streams)
    if island is None or limit is None:
        return []
    parts = [Contributor(f"{part.name} ({part.kind})", part.bytes) for part in island.parts]
    return [Check("island_bytes", island.bytes, limit, "bytes", largest(parts))]


def _duty_check(limits: BudgetSettings, listening: Listening | None) -> list[Check]:
    if listening is None or limits.duty is None:
        return []
    per_cycle = 100.0 / listening.hop_s / listening.clock_hz
    parts = {
        f"front end, {listening.frames} frames": listening.frames * listening.frontend,
        "model": listening.model,
        "decision": listening.decision,
    }
    weighed = [Contributor(name, amount * per_cycle) for name, amount in parts.items()]
    return [Check("duty", 100.0 * listening.share, limits.duty, "%", largest(weighed))]


def largest(parts: Sequence[Contributor]) -> tuple[Contributor, ...]:
    """The largest few, in order."""
    return tuple(sorted(parts, key=lambda part: -part.amount)[:LARGEST])


def arena_parts(graph: Graph, arena_bytes: int) -> tuple[Contributor, ...]:
    """Tensors alive at the operator that needs the most activation bytes, and what is not activations."""
    alive = max((live_tensors(graph, at) for at in range(len(graph.operators))), key=lambda found: sum(found.values()))
    parts = [Contributor(name, size) for name, size in alive.items()]
    rest = arena_bytes - sum(alive.values())
    return largest([*parts, Contributor("interpreter's own structures and scratch", max(0, rest))])


def live_tensors(graph: Graph, at: int) -> dict[str, int]:
    """Bytes of each activation that exists while operator ``at`` runs, by a name that says who made it."""
    made = dict.fromkeys(graph.inputs, -1)
    used = {index: len(graph.operators) for index in graph.outputs}
    for number, operator in enumerate(graph.operators):
        made.update(dict.fromkeys(operator.outputs, number))
        for index in operator.inputs:
            if index >= 0 and graph.tensors[index].data is None:
                used[index] = max(used.get(index, -1), number)
    alive = [i for i in made if made[i] <= at <= used.get(i, made[i])]
    return {_made_by(graph, made[i]): graph.tensors[i].elements for i in alive}


def _made_by(graph: Graph, operator: int) -> str:
    return "input features" if operator < 0 else f"output of layer {graph.layer_name(graph.operators[operator])}"


def latency_parts(graph: Graph, cycles: LatencyCycles) -> tuple[Contributor, ...]:
    """Milliseconds of the front end, the decision, and of each layer."""
    per_cycle = 1_000.0 / cycles.clock_hz
    layers = [Contributor(f"layer {part.name}", part.amount * per_cycle) for part in layer_cycles(graph, cycles)]
    ends = [Contributor("front end, last frame", cycles.frontend * per_cycle)]
    return largest([*layers, *ends, Contributor("decision", cycles.decision * per_cycle)])


def layer_cycles(graph: Graph, cycles: LatencyCycles) -> list[Contributor]:
    """Cycles of each layer: as measured, or where they were not by its share of the multiplications (it says which)."""
    names = [graph.layer_name(operator) for operator in graph.operators]
    if len(cycles.layers) == len(names):
        return [Contributor(name, amount) for name, amount in zip(names, cycles.layers, strict=True)]
    total = max(1, graph.total_macs)
    shares = [cycles.inference * graph.macs(operator) / total for operator in graph.operators]
    return [Contributor(f"{name}, by MACs", share) for name, share in zip(names, shares, strict=True)]
