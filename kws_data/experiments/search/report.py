"""What a search leaves behind for people: the Pareto front as a picture and a table, and the chosen configuration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from firmware_tools.atomic import atomic_path, write_text
from kws_data.config.config import Config
from kws_data.config.load import with_settings
from kws_data.errors import DataError
from kws_data.experiments.search.state import SearchState, Tried
from kws_data.experiments.search.trial import TrialResult
from kws_data.statistics.intervals import wilson

INK, GRID, MAIN, FRONT = "#1d2733", "#d9dfe6", "#9fb4c2", "#0b6e99"
BEST = "#e08a1e"


def write_results(state: SearchState, config: Config, folder: Path) -> list[Path]:
    """Write ``front.png``, ``front.svg`` and ``best.yaml``; returns what was written.

    Raises:
        DataError: no trial has ended yet.
    """
    if state.best() is None:
        raise DataError("no trial has ended", round(state.seconds), "give the search more time with --budget")
    written = []
    for kind in ("png", "svg"):
        path = folder / f"front.{kind}"
        with atomic_path(path) as temporary:
            draw_front(state, config, temporary, kind)
        written.append(path)
    path = folder / "best.yaml"
    write_text(path, best_yaml(state, config))
    return [*written, path]


def best_yaml(state: SearchState, config: Config) -> str:
    """The chosen configuration, ready for ``kws run``, with what was measured as comments."""
    best = state.best()
    assert best is not None
    one = state.by_number(best.number)
    chosen = with_settings(config, one.settings)
    low, high = wilson(best.correct, best.clips)
    fold = state.folds.get(chosen.frontend.sha256()[:12], {})
    cost = one.cost
    lines = [
        f"Found by kws search in {state.seconds / 60:.0f} min: candidate {one.number} of {len(state.tried)} measured,",
        f"the best of those trained longest ({best.epochs} epochs; {len(state.results)} trials in all).",
        f"  {one.name}",
        f"  accuracy {best.accuracy:.2%} (95 %: {low:.2%} to {high:.2%}), TPR {best.tpr:.2%} at FPR <= 1 %,",
        f"  int8 in TFLM, on {best.clips} clips of {fold.get('held_out_speakers', '?')} held-out training speakers,",
        "  the same for all candidates: the best of many is flattered a little, so expect somewhat less of others.",
        "  Neither the test split nor the validation split was looked at.",
        "Measured on an untrained model of this shape, on the emulated core:",
        f"  model file {cost.model_bytes:,} B, TFLM arena {cost.arena_bytes:,} B, island {cost.island_bytes:,} B,",
        f"  {cost.inference_cycles:,} cycles an inference, {cost.cycles.latency_ms:.1f} ms from sound to decision",
    ]
    values = chosen.model_dump(mode="json", exclude_unset=True)
    values["name"] = f"{config.name}-best"
    values["train"] = {**values.get("train", {}), "epochs": config.train.epochs}
    head = "".join(f"# {line}\n" for line in lines)
    return head + yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)


def table(state: SearchState, results: Sequence[TrialResult]) -> list[dict[str, Any]]:
    """Rows for people: candidate, accuracy, bytes, arena, cycles; the most accurate first."""
    rows = []
    for result in sorted(results, key=lambda r: (-r.epochs, -r.correct, r.model_bytes)):
        cost = state.by_number(result.number).cost
        low, high = wilson(result.correct, result.clips)
        rows.append(
            {
                "candidate": f"#{result.number} {state.by_number(result.number).name}",
                "epochs": str(result.epochs),
                "accuracy": f"{result.accuracy:.2%} ({low:.1%} to {high:.1%})",
                "TPR at 1 % FPR": f"{result.tpr:.1%}",
                "file": f"{cost.model_bytes:,} B",
                "arena": f"{cost.arena_bytes:,} B",
                "cycles": f"{cost.inference_cycles:,}",
            }
        )
    return rows


def cost_table(tried: Sequence[Tried]) -> list[dict[str, str]]:
    """Rows for people: what each shape costs, the smallest file first."""
    return [
        {
            "shape": f"#{one.number} {one.name}",
            "file": f"{one.cost.model_bytes:,} B",
            "arena": f"{one.cost.arena_bytes:,} B",
            "island": f"{one.cost.island_bytes:,} B",
            "cycles": f"{one.cost.inference_cycles:,}",
            "latency": f"{one.cost.cycles.latency_ms:.1f} ms",
            "parameters": f"{one.cost.parameters:,}",
        }
        for one in sorted(tried, key=lambda one: one.cost.model_bytes)
    ]


def draw_front(state: SearchState, config: Config, path: Path, kind: str) -> None:
    """Accuracy over file bytes and over cycles: each trial a dot (larger when trained longer), the front a line."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    costs = {one.number: one.cost for one in state.tried}
    panels = (
        ("model file, bytes", config.budget.model_bytes, {n: c.model_bytes for n, c in costs.items()}),
        ("cycles of one inference", config.budget.inference_cycles, {n: c.inference_cycles for n, c in costs.items()}),
    )
    figure = Figure(figsize=(11, 4.6), layout="constrained", dpi=110)
    for axes, (label, limit, cost) in zip(figure.subplots(1, 2, sharey=True), panels, strict=True):
        _panel(axes, state, label, cost, limit)
    figure.axes[0].set_ylabel("accuracy on held-out training speakers", color=INK)
    figure.axes[0].legend(loc="lower right", fontsize=8, edgecolor="none")
    figure.suptitle(
        f"{config.name}: {len(state.results)} trials of {len(state.fitting)} shapes", color=INK, fontsize=11
    )
    with rc_context({"svg.hashsalt": "kws", "svg.fonttype": "none"}):
        figure.savefig(path, format=kind, metadata={"Date": None} if kind == "svg" else None)


def _panel(axes: Any, state: SearchState, label: str, cost: dict[int, int], limit: int | None) -> None:
    from matplotlib.ticker import PercentFormatter

    for rung, size in zip(state.halving.rungs, (18, 42, 90, 140, 200), strict=False):
        found = [r for r in state.results.values() if r.epochs == rung]
        x, y = [cost[r.number] for r in found], [r.accuracy for r in found]
        axes.scatter(x, y, s=size, color=MAIN, edgecolors="white", linewidths=0.8, label=f"{rung} epochs", zorder=2)
    front = sorted(state.front(), key=lambda r: cost[r.number])
    along = [r for i, r in enumerate(front) if all(r.correct > other.correct for other in front[:i])]
    axes.step([cost[r.number] for r in along], [r.accuracy for r in along], where="post", color=FRONT, zorder=3)
    axes.scatter([cost[r.number] for r in front], [r.accuracy for r in front], s=42, color=FRONT, zorder=4,
                 label=f"Pareto front at {state.front_rung()} epochs")  # fmt: skip
    best = state.best()
    if best is not None:
        axes.scatter([cost[best.number]], [best.accuracy], marker="*", s=190, color=BEST, zorder=5, label="chosen")
    if limit is not None:
        axes.axvline(limit, color=INK, linewidth=0.8, linestyle=":")
    axes.set_xlabel(label, color=INK)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.grid(color=GRID, linewidth=0.6)
    axes.tick_params(colors=INK, labelsize=8)
