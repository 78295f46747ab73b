"""What another threshold would do to clips."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kws_data.evaluation.metrics import Metrics
from kws_data.evaluation.predictions import INT8
from kws_data.evaluation.thresholds import threshold_curve
from kws_data.pages.html import Verdict, figure, says, table, text
from kws_data.pages.numbers import percent
from kws_data.report import plots
from kws_data.report.results import RunResults
from kws_data.scores import FIRST_KEYWORD, probability

_STEPS = (-0.2, -0.1, 0.0, 0.1, 0.2)


def threshold_section(results: RunResults) -> str:
    """A sentence, the curve, and a few thresholds around the one that ships."""
    held_out, host = results.held_out, results.evaluation.host[INT8].metrics
    curve = threshold_curve(held_out.scores, held_out.y)
    columns = {key: [point[key] for point in curve] for key in ("threshold", "tpr", "fpr")}
    sentence, verdict = _sentence(curve, host, results.config.threshold.max_fpr)
    near = [
        min(curve, key=lambda point: abs(point["threshold"] - at))
        for at in (host.threshold + step for step in _STEPS)
        if 0.0 <= at <= 1.0
    ]
    rows = [(f"{point['threshold']:.3f}", percent(point["tpr"]), percent(point["fpr"])) for point in near]
    alt = f"TPR and FPR fall as the threshold rises; the one that ships is {host.threshold:.3f}."
    drawn = figure(
        plots.threshold_plot(columns, host.threshold),
        "The threshold was fixed on validation data; this is what others would give on the held-out clips.",
        alt=alt,
    )
    caption = "Thresholds around the one that ships"
    listed = table(rows, ("threshold", "TPR", "FPR"), (0, 1, 2), caption=caption)
    both = f"<p>{text(told)}</p>" if (told := two_thresholds(host.threshold, results.export.get("stream"))) else ""
    return says(sentence, verdict) + both + f'<div class="cols">{drawn}<div>{listed}</div></div>'


def two_thresholds(clips: float, stream: Mapping[str, Any] | None) -> str:
    """Which threshold decides what; empty where a stream has none of its own.

    Args:
        clips: threshold of single clips, as a probability.
        stream: how a stream is decided on, as export.json has it.
    """
    sums = (stream or {}).get("sums")
    if stream is None or not sums:
        return ""
    own = sorted({probability(one / stream["average"]) for one in sums[FIRST_KEYWORD:]})
    least, most = f"{own[0]:.3f}", f"{own[-1]:.3f}"
    at = least if least == most else f"{least} to {most}, by keyword"
    average = f"the average of {stream['average']} scores in a row" if stream["average"] > 1 else "each score"
    return (
        f"There are two thresholds: a single clip is decided at {clips:.3f} by its one score, a stream at {at}, by "
        f"{average}; so what is said of clips does not hold in a stream."
    )


def fpr_verdict(ends: tuple[float, float], max_fpr: float) -> Verdict:
    """What an FPR's 95 % interval says of the FPR that a threshold was set for: held, not held, or not known."""
    return "bad" if ends[0] > max_fpr else "doubt" if ends[1] > max_fpr else "good"


def _sentence(curve: list[dict[str, float]], host: Metrics, max_fpr: float) -> tuple[str, Verdict]:
    """Whether another threshold would have held the FPR that was asked for, and at what price."""
    threshold, verdict = host.threshold, fpr_verdict(host.fpr_ends, max_fpr)
    here = min(curve, key=lambda point: abs(point["threshold"] - threshold))
    holds = [point for point in curve if point["fpr"] <= max_fpr]
    best = max(holds, key=lambda point: (point["tpr"], -point["threshold"]), default=None)
    said = f"At the threshold of {threshold:.3f}, which was fixed on validation people, {percent(here['tpr'])} of "
    said += f"keywords are found and {percent(here['fpr'])} of other clips taken for one"
    if verdict == "good":
        return f"{said}: it holds the {percent(max_fpr)} it was set for.", verdict
    if here["fpr"] <= max_fpr:
        far = f"{percent(host.fpr_ends[1])} are not excluded"
        return f"{said}: within the {percent(max_fpr)} it was set for, but for other people {far}.", verdict
    if best is None:
        return f"{said}: no threshold would hold {percent(max_fpr)}, so train on more other words.", verdict
    price = max(0.0, here["tpr"] - best["tpr"])
    return (
        f"{said}: {best['threshold']:.3f} would hold {percent(max_fpr)} and lose {100 * price:.1f} points of TPR.",
        verdict,
    )
