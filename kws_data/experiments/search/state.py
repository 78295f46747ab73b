"""What a search knows so far, in ``search.json``: rewritten after every trial, so that no trial is ever lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware_tools.atomic import write_text
from kws_data.errors import DataError
from kws_data.experiments.search.halving import Halving, pareto_front
from kws_data.experiments.search.trial import TrialResult
from kws_data.experiments.shape_cost import ShapeCost

SCHEMA = 1
FILE = "search.json"
FRONT_AT_LEAST = 4  # trials of one rung that make a front worth drawing


@dataclass(frozen=True)
class Tried:
    """A candidate that was measured: what sets it apart, what it costs, which limits it breaks."""

    number: int
    name: str
    settings: Mapping[str, Any]
    cost: ShapeCost
    broken: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "number": self.number,
            "name": self.name,
            "settings": dict(self.settings),
            "cost": self.cost.to_dict(),
            "latency_ms": self.cost.cycles.latency_ms,
            "broken": list(self.broken),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Tried:
        """Inverse of :meth:`to_dict`."""
        cost = ShapeCost(**values["cost"])
        return cls(values["number"], values["name"], values["settings"], cost, tuple(values["broken"]))


@dataclass
class SearchState:
    """A search.

    Attributes:
        key: hash of what makes results comparable: settings, space, code.
        halving: rungs.
        tried: candidates in the order in which they were drawn, those that break a limit included.
        results: by (number, epochs).
        folds: what was held out, by front end.
        seconds: that the search has run so far.
    """

    key: str
    halving: Halving
    tried: list[Tried] = field(default_factory=list)
    results: dict[tuple[int, int], TrialResult] = field(default_factory=dict)
    folds: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def fitting(self) -> list[Tried]:
        """Candidates that keep every limit."""
        return [one for one in self.tried if not one.broken]

    @property
    def scores(self) -> dict[tuple[int, int], float]:
        """What halving goes by: accuracy on the held-out clips; below all others when the trained file is too large."""
        return {key: result.accuracy if result.fits else -1.0 for key, result in self.results.items()}

    def best(self) -> TrialResult | None:
        """Of those trained longest the most accurate; among equals the higher TPR, then the smaller file."""

        def order(result: TrialResult) -> tuple[float, ...]:
            return -result.epochs, -result.correct, -result.tpr, result.model_bytes, result.number

        return min((result for result in self.results.values() if result.fits), key=order, default=None)

    def front(self) -> list[TrialResult]:
        """The Pareto front (accuracy, bytes, cycles) of the longest rung that enough trials have reached.

        Trials of other rungs are left out: a model that was trained for longer scores higher for that alone.
        """
        rung = self.front_rung()
        results = [r for (_, epochs), r in sorted(self.results.items()) if epochs == rung and r.fits]
        cycles = {one.number: one.cost.inference_cycles for one in self.tried}
        points = [(-float(r.correct), float(r.model_bytes), float(cycles[r.number])) for r in results]
        return [results[index] for index in pareto_front(points)]

    def front_rung(self) -> int:
        """Epochs of the longest rung with enough trials for a front; of the shortest when none has."""
        counts = {rung: sum(epochs == rung for _, epochs in self.results) for rung in self.halving.rungs}
        enough = [rung for rung, count in counts.items() if count >= FRONT_AT_LEAST]
        return max(enough, default=self.halving.rungs[0])

    def by_number(self, number: int) -> Tried:
        """The candidate of that number."""
        return next(one for one in self.tried if one.number == number)

    def to_dict(self) -> dict[str, Any]:
        """``search.json``."""
        best = self.best()
        return {
            "schema": SCHEMA,
            "key": self.key,
            "rungs": list(self.halving.rungs),
            "eta": self.halving.eta,
            "seconds": round(self.seconds, 1),
            "scored_on": "training speakers that were held out; neither the test nor the validation split was opened",
            "folds": self.folds,
            "candidates": [one.to_dict() for one in self.tried],
            "trials": [result.to_dict() for _, result in sorted(self.results.items())],
            "front_epochs": self.front_rung(),
            "front": [result.number for result in self.front()],
            "best": None if best is None else best.number,
        }

    def save(self, folder: Path) -> None:
        """Write ``search.json``, whole or not at all."""
        write_text(folder / FILE, json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n")


def load_state(folder: Path) -> SearchState | None:
    """The search in a folder, or None when there is none; raises DataError when it cannot be read."""
    path = folder / FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        results = [TrialResult.from_dict(value) for value in values["trials"]]
        return SearchState(
            key=values["key"],
            halving=Halving(tuple(values["rungs"]), values["eta"]),
            tried=[Tried.from_dict(value) for value in values["candidates"]],
            results={(result.number, result.epochs): result for result in results},
            folds=values["folds"],
            seconds=values["seconds"],
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError("search cannot be read", str(path), f"{error}; start it again with --fresh") from None
