"""The summary of a run as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kws_data.evaluation.metrics import ends_in
from kws_data.gate.target_words import lacking, limit_words, measured_words, target_line, target_name
from kws_data.pages.numbers import NOT_MEASURED, interval, percent
from kws_data.run_folder import read_json


def load_report(path: Path) -> dict[str, Any]:
    """``report.json`` of a run; DataError when there is none."""
    return read_json(path, "report")


def summary_rows(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(what, value, remark) for the table."""
    host, device = report["host"]["int8"], report["device"]
    rows = [
        ("accuracy, int8, host", percent(host["accuracy"]), f"{host['clips']} clips of speakers never trained on"),
        ("TPR, int8, host", percent(host["tpr"]), f"95 % interval {interval(ends_in(host, 'tpr'))}"),
        ("FPR, int8, host", percent(host["fpr"]), f"95 % interval {interval(ends_in(host, 'fpr'))}"),
    ]
    rows = [*_stream_rows(report["stream"]), *rows, *([] if device is None else _board_rows(device, report["model"]))]
    for check in report["budget"]["checks"]:
        verdict = "ok" if check["passed"] else "TOO BIG"
        rows.append(
            (check["name"], f"{check['measured']:,.6g} {check['unit']}", f"limit {check['limit']:,}: {verdict}")
        )
    return [*rows, *_target_rows(report)]


def _target_rows(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What the configuration wants of the run, where it wants something."""
    checks = report.get("targets", {}).get("checks", ())
    said = [f"wanted {limit_words(one)}: {'ok' if one['passed'] else lacking(one)}" for one in checks]
    return [(target_name(one), measured_words(one), what) for one, what in zip(checks, said, strict=True)]


def kept(report: dict[str, Any]) -> bool:
    """Whether a run keeps within its limits and reaches its targets."""
    return bool(report["budget"]["passed"] and report.get("targets", {}).get("passed", True))


def broken_targets(report: dict[str, Any]) -> list[str]:
    """A line for each target that is not reached."""
    return [target_line(one) for one in report.get("targets", {}).get("checks", ()) if not one["passed"]]


def reached_line(report: dict[str, Any]) -> str:
    """The targets that are reached, with their figures; empty where there is none."""
    reached = [one for one in report.get("targets", {}).get("checks", ()) if one["passed"]]
    return f"targets reached: {', '.join(map(target_line, reached))}" if reached else ""


def _board_rows(device: dict[str, Any], model: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        ("TPR on the board", percent(device["tpr"]), f"{device['clips']} clips, {interval(ends_in(device, 'tpr'))}"),
        ("FPR on the board", percent(device["fpr"]), interval(ends_in(device, "fpr"))),
        ("host and board agree", percent(device["agreement"]), "same scores, byte for byte"),
        ("latency on the board", f"{device['latency_ms']['p95']:.1f} ms", "95th percentile, after the last sample"),
        *_response_rows(device["response_ms"]),
        (
            "inference",
            f"{device['cycles']['inference']:,} cycles",
            f"at the last frame; {model['macs']:,} MAC a window",
        ),
    ]


def _response_rows(response: dict[str, Any]) -> list[tuple[str, str, str]]:
    """How soon the board answers, counted from where the word ends."""
    if not response["detected"]:
        return []
    said = f"95th percentile of {response['detected']} words, after their end; median {response['p50']:.0f} ms"
    return [("response on the board", f"{response['p95']:.0f} ms", said)]


def _stream_rows(stream: dict[str, Any]) -> list[tuple[str, str, str]]:
    """False accepts by kind of negative, what is missed in them, and how fast an answer comes."""
    if stream["false_accepts_per_hour"] is None:
        return [("false accepts", NOT_MEASURED, stream.get("not_measured") or "nobody says another word")]
    kinds = stream.get("negatives") or {"": stream}
    rows = [(f"false accepts, {kind}".rstrip(", "), *_rate(heard)) for kind, heard in kinds.items()]
    if kinds.keys() != {""} and stream["frr"] is not None:
        said = f"of {stream['keywords_said']} laid into negatives, {interval(stream['frr_ci95'])}"
        rows.append(("keywords missed", percent(stream["frr"]), said))
    return rows


def _rate(heard: dict[str, Any]) -> tuple[str, str]:
    rate = heard["false_accepts_per_hour"]
    synthetic = min(heard.get("synthetic_hours") or 0.0, heard["hours"])  # recordings' ends are heard by no window
    made = f", {60 * synthetic:.1f} of them synthetic" if synthetic else ""
    return f"{rate:.1f} / h", f"upper 95 % {heard['upper95']:.1f} / h, {60 * heard['hours']:.1f} min heard{made}"


def print_summary(report: dict[str, Any]) -> None:
    """The table on stdout, and below it what to fix next."""
    from rich.console import Console
    from rich.table import Table

    where = "for micro_wake_word" if report["device"] is None else f"board {report['device']['board']}"
    table = Table(title=f"{report['config']}, {where}", title_justify="left", show_header=False)
    for what, value, remark in summary_rows(report):
        table.add_row(what, value, remark)
    console = Console()
    console.print(table)
    if line := reached_line(report):
        console.print(line, markup=False, highlight=False)
    for number, one in enumerate(report.get("advice", ()), 1):
        console.print(f"{number}. {one['sentence']}", markup=False, highlight=False)
