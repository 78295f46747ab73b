"""What another threshold would do to clips."""

from __future__ import annotations

from kws_data.evaluation.predictions import INT8
from kws_data.evaluation.thresholds import threshold_curve
from kws_data.pages.html import Verdict, figure, says, table
from kws_data.pages.numbers import percent
from kws_data.report import plots
from kws_data.report.results import RunResults

_STEPS = (-0.2, -0.1, 0.0, 0.1, 0.2)


def threshold_section(results: RunResults) -> str:
    """A sentence, the curve, and a few thresholds around the one that ships."""
    held_out, host = results.held_out, results.evaluation.host[INT8].metrics
    curve = threshold_curve(held_out.scores, held_out.y)
    columns = {key: [point[key] for point in curve] for key in ("threshold", "tpr", "fpr")}
    sentence, verdict = _sentence(curve, host.threshold, results.config.threshold.max_fpr)
    near = [
        min(curve, key=lambda point: abs(point["threshold"] - at))
        for at in (host.threshold + step for step in _STEPS)
        if 0.0 <= at <= 1.0
    ]
    rows = [(f"{point['threshold']:.2f}", percent(point["tpr"]), percent(point["fpr"])) for point in near]
    alt = f"TPR and FPR fall as the threshold rises; the one that ships is {host.threshold:.2f}."
    drawn = figure(
        plots.threshold_plot(columns, host.threshold),
        "The threshold was fixed on validation data; this is what others would give on the held-out clips.",
        alt=alt,
    )
    caption = "Thresholds around the one that ships"
    listed = table(rows, ("threshold", "TPR", "FPR"), (0, 1, 2), caption=caption)
    return says(sentence, verdict) + f'<div class="cols">{drawn}<div>{listed}</div></div>'


def _sentence(curve: list[dict[str, float]], threshold: float, max_fpr: float) -> tuple[str, Verdict]:
    """Whether another threshold would have held the FPR that was asked for, and at what price."""
    here = min(curve, key=lambda point: abs(point["threshold"] - threshold))
    holds = [point for point in curve if point["fpr"] <= max_fpr]
    best = max(holds, key=lambda point: (point["tpr"], -point["threshold"]), default=None)
    said = f"At the threshold of {threshold:.2f}, which was fixed on validation people, {percent(here['tpr'])} of "
    said += f"keywords are found and {percent(here['fpr'])} of other clips taken for one"
    if here["fpr"] <= max_fpr:
        return f"{said}: it holds the {percent(max_fpr)} it was set for.", "good"
    if best is None:
        return f"{said}: no threshold would hold {percent(max_fpr)}, so train on more other words.", "bad"
    price = max(0.0, here["tpr"] - best["tpr"])
    return (
        f"{said}: {best['threshold']:.2f} would hold {percent(max_fpr)} and lose {100 * price:.1f} points of TPR.",
        "doubt",
    )
