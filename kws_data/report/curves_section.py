"""Detection at every threshold (ROC, DET, precision-recall), and whether probabilities hold."""

from __future__ import annotations

from kws_data.evaluation.metrics import Metrics
from kws_data.evaluation.predictions import Predictions
from kws_data.evaluation.probabilities import Calibration, keyword_curve
from kws_data.pages.html import Verdict, figure, says, table
from kws_data.pages.numbers import percent
from kws_data.report.curve_plots import det_plot, precision_plot, reliability_plot, roc_plot
from kws_data.statistics.curves import DetectionCurve

GOOD_AUC, POOR_AUC, GOOD_ECE = 0.98, 0.9, 0.05
_FEW = 10


def curves_section(held_out: Predictions, shipped: Metrics) -> str:
    """A sentence, three curves of detection, and the reliability of probabilities.

    Args:
        held_out: what the int8 file made of the test clips.
        shipped: METRICS of them at the threshold that ships.
    """
    curve, held = keyword_curve(held_out.scores, held_out.y), shipped.calibration
    if curve is None or held is None:
        return says("Keywords and other words are both needed for a curve, and the test clips lack one.", "bad")
    sentence, verdict = _sentence(curve, held)
    at, reached = shipped.threshold, percent(float(curve.tpr[-1]))
    pictures = (
        figure(
            roc_plot(curve, at),
            f"ROC: keywords found over false detections in other clips; AUC {curve.auc:.4f}.",
            alt=f"The ROC rises to {reached} of keywords; the threshold that ships is marked.",
        ),
        figure(
            det_plot(curve, at),
            "DET: keywords missed over false detections, both on normal deviates; lower left is better.",
            alt="Misses fall as false detections rise; the threshold that ships is marked.",
        ),
        figure(
            precision_plot(curve, at),
            f"Precision over recall among these clips; average precision {curve.average_precision:.4f}.",
            alt=f"Precision falls as recall rises to {reached}.",
        ),
        figure(
            reliability_plot(held),
            "Reliability: how often the highest probability is right; hollow: fewer than ten clips.",
            alt=f"Accuracy over confidence in ten bins; off by {100 * held.ece:.1f} points on average.",
        ),
    )
    return says(sentence, verdict) + f'<div class="cols">{"".join(pictures)}</div>' + _bins(held)


def _sentence(curve: DetectionCurve, held: Calibration) -> tuple[str, Verdict]:
    most = float(curve.tpr[-1])
    said = f"A keyword scores higher than a clip without one in {100 * curve.auc:.1f} of 100 pairs"
    if most < 1:
        said += f", and no threshold finds more than {percent(most)} of keywords: others come first in the rest"
    off = f"probabilities are {100 * held.ece:.1f} points off on average"
    if curve.auc < POOR_AUC:
        return f"{said}; {off}. No threshold will make this a good detector: train on more.", "bad"
    if curve.auc < GOOD_AUC:
        return f"{said}; {off}. More is to be gained by training than by another threshold.", "doubt"
    if held.ece > GOOD_ECE:
        return f"{said}; but {off}, so do not read a score as how sure it is.", "doubt"
    return f"{said}; {off}, so a score may be read as how sure it is.", "good"


def _bins(held: Calibration) -> str:
    known = [one for one in held.bins if one.confidence is not None]
    rows = [
        (f"{one.low:.1f} to {one.high:.1f}", f"{one.clips:,}", percent(one.confidence), percent(one.accuracy))
        for one in known
    ]
    few = [number for number, one in enumerate(known) if one.clips < _FEW]
    caption = (
        f"Clips by their highest probability (ECE {held.ece:.4f}, Brier {held.brier:.4f}, "
        f"log loss {held.log_loss:.4f} nats; grey: fewer than ten clips)"
    )
    return table(rows, ("probability", "clips", "mean of it", "right"), (1, 2, 3), caption=caption, few=few)
