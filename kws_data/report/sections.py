"""Sections of the run's page."""

from __future__ import annotations

from typing import Any

from kws_data.evaluation.evaluation_report import EvaluationReport
from kws_data.evaluation.predictions import BEFORE_REFIT, FLOAT, INT8
from kws_data.pages.html import table, tile
from kws_data.pages.numbers import interval, percent


def headline(report: dict[str, Any], evaluation: EvaluationReport) -> str:
    """The numbers a reader looks for first."""
    host, model = evaluation.host[INT8].metrics, report["model"]
    board = None if evaluation.device is None else evaluation.device.clips
    broken = {check["name"] for check in report["budget"]["checks"] if not check["passed"]}
    where, found = ("host", host) if board is None else ("board", board.metrics)
    tiles = [
        tile(percent(found.tpr), f"TPR on the {where} {interval(found.tpr_ci95)}"),
        tile(percent(found.fpr), f"FPR on the {where} {interval(found.fpr_ci95)}"),
        tile(percent(host.accuracy), f"accuracy, int8, {host.clips} held-out clips"),
        tile(f"{model['tflite_bytes']:,} B", "model file", "model_bytes" in broken),
        tile(f"{model['arena_bytes']:,} B", "arena (TFLM, recorded)", "arena_bytes" in broken),
    ]
    if board is not None:
        latency = f"{board.timing.latency_ms.p95:.1f} ms"
        tiles += [
            tile(latency, "latency on the board, p95", "latency_ms" in broken),
            tile(percent(board.agreement), "host and board agree"),
        ]
    return f'<div class="tiles">{"".join(tiles)}</div>'


def budget_table(report: dict[str, Any]) -> str:
    """Each limit, what was measured, and what weighs most."""
    rows = []
    for check in report["budget"]["checks"]:
        verdict = '<span class="ok">within</span>' if check["passed"] else '<span class="no">broken</span>'
        largest = ", ".join(f"{item['name']} {item['amount']:,.6g}" for item in check.get("largest", [])[:3])
        rows.append(
            (check["name"], f"{check['measured']:,.6g}", f"{check['limit']:,}", check["unit"], verdict, largest)
        )
    return table(rows, ("limit", "measured", "allowed", "unit", "", "weighs most"), numbers=(1, 2))


def metrics_table(evaluation: EvaluationReport) -> str:
    """Float, int8 and board side by side."""
    before = evaluation.host.get(BEFORE_REFIT)
    columns = {
        "float, host": evaluation.host[FLOAT].metrics,
        "int8 before the refit, host": None if before is None else before.metrics,
        "int8, host": evaluation.host[INT8].metrics,
        "on the board": None if evaluation.device is None else evaluation.device.clips.metrics,
    }
    rows = [
        (
            name,
            percent(m.accuracy),
            f"{percent(m.tpr)} {interval(m.tpr_ci95)}",
            f"{percent(m.fpr)} {interval(m.fpr_ci95)}",
            f"{m.threshold:.3f}",
            m.clips,
        )
        for name, m in columns.items()
        if m is not None
    ]
    head = ("", "accuracy", "TPR [95 %]", "FPR [95 %]", "threshold", "clips")
    return table(rows, head, numbers=(1, 2, 3, 4, 5))
