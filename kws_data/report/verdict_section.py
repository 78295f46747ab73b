"""What a report begins with: three sentences on what to fix next, and the figures that a reader looks for first."""

from __future__ import annotations

from kws_data.evaluation.predictions import INT8
from kws_data.pages.html import Verdict, says, text, tile, tiles
from kws_data.pages.numbers import NOT_MEASURED, interval, percent
from kws_data.report.results import RunResults
from kws_data.run_folder import WORST_FILE

_SAID: dict[Verdict, str] = {
    "bad": "Do not ship this yet: what is proven to be wrong stands first, with what to do.",
    "doubt": "Nothing is proven to be wrong, but this is not yet known well enough, or could be better.",
    "good": "All that was measured holds; this is where there is least to spare.",
}


def verdict_section(results: RunResults) -> str:
    """A sentence, the advice as a list, and tiles."""
    first = results.advice
    verdict: Verdict = first[0].verdict if first else "good"
    lines = "".join(
        f'<li class="{one.verdict}">{text(one.text)} '
        f'<a data-page-only href="#{_linked(results, one.section)}">See more</a></li>'
        for one in first
    )
    return says(_SAID[verdict], verdict) + f'<ol class="advice">{lines}</ol>' + headline(results)


def _linked(results: RunResults, section: str) -> str:
    """The section that is linked to: clips to hear are in no page of a run that kept none."""
    kept = section != "clips" or (results.folder / "report" / WORST_FILE).is_file()
    return section if kept else "results"


def headline(results: RunResults) -> str:
    """The numbers a reader looks for first."""
    report, evaluation = results.document, results.evaluation
    host, model, stream = evaluation.host[INT8].metrics, report["model"], evaluation.stream
    board = None if evaluation.device is None else evaluation.device.clips
    broken = {check["name"] for check in report["budget"]["checks"] if not check["passed"]}
    where, found = ("host", host) if board is None else ("board", board.metrics)
    rate = stream.false_accepts_per_hour
    rated = NOT_MEASURED if rate is None else f"{rate:.3g} / h" if rate else "none"  # never an hour's none
    made = [
        tile(rated, f"false accepts, {stream.hours:.2f} h heard"),
        tile(percent(stream.frr), "keywords missed in streams"),
        tile(percent(found.tpr), f"keywords found in clips, {where} {interval(found.tpr_ends)}"),
        tile(percent(found.fpr), f"other clips taken for one, {where} {interval(found.fpr_ends)}"),
        tile(percent(host.accuracy), f"accuracy, int8, {host.clips:,} held-out clips"),
        tile(f"{model['tflite_bytes']:,} B", "model file", "model_bytes" in broken),
        tile(f"{model['arena_bytes']:,} B", "arena (TFLM, recorded)", "arena_bytes" in broken),
    ]
    if model.get("island_bytes"):
        made.append(tile(f"{model['island_bytes']:,} B", "always-on island", "island_bytes" in broken))
    if board is not None:
        latency = f"{board.timing.latency_ms.p95:.1f} ms"
        made += [
            tile(latency, "latency on the board, p95", "latency_ms" in broken),
            tile(percent(board.agreement), "host and board agree", board.agreement < 1.0),
        ]
    return tiles(made)
