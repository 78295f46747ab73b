"""Detection on people whom the model never heard: engines side by side, each keyword, what is taken for what."""

from __future__ import annotations

from kws_data.evaluation.evaluation_report import EvaluationReport
from kws_data.evaluation.metrics import Metrics, confusion
from kws_data.evaluation.predictions import BEFORE_REFIT, FLOAT, INT8
from kws_data.pages.heat import heat_table
from kws_data.pages.html import Verdict, figure, says, table, text
from kws_data.pages.numbers import interval, percent
from kws_data.report import plots
from kws_data.report.mistakes import NOTHING, Mistake
from kws_data.report.results import RunResults
from kws_data.report.threshold_section import fpr_verdict

FEW_CLIPS = 10
MOST_MISTAKES = 12
#: How engines are called on the page; others by their own name.
NAMES = {
    FLOAT: "float, host",
    BEFORE_REFIT: "int8 before the refit, host",
    INT8: "int8, host (the file that ships)",
}


def results_section(results: RunResults) -> str:
    """A sentence, engines side by side, keywords with intervals, confusion in words and as a table."""
    shipped = results.evaluation.host[INT8].metrics
    sentence, verdict = _sentence(shipped, results.config.threshold.max_fpr)
    return (
        says(sentence, verdict)
        + engines_table(results.evaluation)
        + "<h3>Keywords</h3>"
        + _keywords(shipped)
        + "<h3>What is taken for what</h3>"
        + _confusion(results)
    )


def _sentence(shipped: Metrics, max_fpr: float) -> tuple[str, Verdict]:
    if shipped.tpr is None or shipped.fpr is None:
        lacking = "keyword" if shipped.tpr is None else "other word"
        return f"Nobody says a {lacking} in the test clips, so half of this is not known.", "bad"
    said = (
        f"Of people it never heard the int8 file finds {percent(shipped.tpr)} of keywords {interval(shipped.tpr_ends)} "
        f"and takes {percent(shipped.fpr)} of other clips for one {interval(shipped.fpr_ends)}"
    )
    verdict = fpr_verdict(shipped.fpr_ends, max_fpr)
    if verdict == "bad":
        return f"{said}: more than the {percent(max_fpr)} that its threshold was set for.", verdict
    if verdict == "doubt":
        return f"{said}: that it holds the {percent(max_fpr)} its threshold was set for is not certain.", verdict
    return f"{said}, as its threshold was set for.", verdict


def engines_table(evaluation: EvaluationReport) -> str:
    """Float, int8, other engines and board side by side."""
    columns = {NAMES.get(engine, f"{engine}, host"): one.metrics for engine, one in evaluation.host.items()}
    if evaluation.device is not None:
        columns["on the board"] = evaluation.device.clips.metrics
    rows = [
        (
            name,
            percent(m.accuracy),
            f"{percent(m.tpr)} {interval(m.tpr_ends)}",
            f"{percent(m.fpr)} {interval(m.fpr_ends)}",
            f"{m.threshold:.3f}",
            f"{m.clips:,}",
        )
        for name, m in columns.items()
    ]
    head = ("", "accuracy", "TPR [95 %]", "FPR [95 %]", "threshold", "clips")
    return table(
        rows,
        head,
        numbers=(1, 2, 3, 4, 5),
        caption="The same clips by each engine; intervals hold for other people where speakers are known",
    )


def _keywords(shipped: Metrics) -> str:
    rows, few = [], []
    for number, (word, one) in enumerate(shipped.per_keyword.items()):
        if one.clips < FEW_CLIPS:
            few.append(number)
        ends, fpr = interval(one.tpr_ends), "not measured" if one.fpr is None else f"{100 * one.fpr:.2f} %"
        rows.append((word, percent(one.tpr), ends, fpr, f"{one.clips:,}"))
    head = ("keyword", "TPR", "95 %", "FPR of it", "clips")
    caption = "Each keyword at the operating threshold (grey: fewer than ten clips)"
    known = {word: one for word, one in shipped.per_keyword.items() if one.tpr is not None}
    listed = table(rows, head, (1, 2, 3, 4), caption=caption, few=few)
    if not known:
        return listed
    alt = "; ".join(f"{word} {percent(one.tpr)} {interval(one.tpr_ends)}" for word, one in known.items())
    drawn = figure(plots.keyword_plot(known), "TPR of each keyword; hollow: fewer than ten clips.", alt=f"TPR: {alt}.")
    return f'<div class="cols"><div>{listed}</div>{drawn}</div>'


def _confusion(results: RunResults) -> str:
    held_out = results.held_out
    counts = confusion(held_out.scores, held_out.y, held_out.labels)
    caption = "Rows: what was said; columns: whose score was highest (without the threshold); int8, held-out clips"
    return _in_words(results.mistakes) + heat_table(counts, held_out.labels, held_out.labels, caption)


def _in_words(mistakes: list[Mistake]) -> str:
    if not mistakes:
        return "<p>At the operating threshold nothing is taken for anything else.</p>"
    first = "; ".join(_words(one) for one in mistakes[:3])
    few = [number for number, one in enumerate(mistakes[:MOST_MISTAKES]) if one.of < FEW_CLIPS]
    rows = [
        (one.said, one.heard or "nothing", f"{one.clips:,}", f"{one.of:,}", percent(one.share))
        for one in mistakes[:MOST_MISTAKES]
    ]
    caption = "The most frequent mistakes at the operating threshold"
    listed = table(rows, ("said", "heard", "clips", "of", "share"), (2, 3, 4), caption=caption, few=few)
    return f"<p>{text('Most often: ' + first + '.')}</p>{listed}"


def _words(one: Mistake) -> str:
    verb = "is heard as nothing" if one.heard == NOTHING else f"is taken for “{one.heard}”"
    return f"“{one.said}” {verb} in {one.clips:,} of {one.of:,} clips ({percent(one.share)})"
