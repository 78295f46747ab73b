"""Write ``report.json`` and ``report.html`` of a run from what its steps left behind."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from firmware_tools.atomic import write_text
from kws_data.config.config import Config
from kws_data.evaluation.evaluation_report import DeviceEvaluation, EvaluationReport
from kws_data.evaluation.metrics import Metrics, confusion
from kws_data.evaluation.predictions import (
    DEVICE_PART,
    FILE,
    HOST_PART,
    INT8,
    Predictions,
    joined,
    read_predictions,
    write_predictions,
)
from kws_data.evaluation.stream_evaluation import ResponseTimes
from kws_data.evaluation.thresholds import threshold_curve
from kws_data.gate.targets import targets_block
from kws_data.labels import without_other_words
from kws_data.pages.html import figure, page, table
from kws_data.pages.numbers import percent
from kws_data.report import plots
from kws_data.report.document import build_document, on_board
from kws_data.report.hear.look import SCRIPT
from kws_data.report.sections import budget_table, headline, metrics_table
from kws_data.report.stream_section import stream_section, warned
from kws_data.report.targets_section import targets_section
from kws_data.report.timeline_section import timeline_section
from kws_data.report.worst_section import worst_section
from kws_data.run_folder import BUDGET_FILE, DATASET_FILE, EXPORT_FILE, REPORT_FILE, SIZE_FILE, read_json


def write_report(config: Config, audio: bool = True) -> str:
    """Write both files, and ``predictions.parquet`` from its parts; returns the hash of ``report.json``.

    Args:
        config: of the run.
        audio: whether clips and moments can be heard in the page.

    Raises:
        DataError: a step has not run.
    """
    folder = config.run_dir / "report"
    document, evaluation = build_document(config), EvaluationReport.load(folder, on_board(config))
    parts = [(HOST_PART, "run --until evaluate"), *([(DEVICE_PART, "device-eval")] if on_board(config) else [])]
    predictions = joined([read_predictions(folder / name, verb) for name, verb in parts])
    document |= targets_block(document, config.targets, folder)
    text = json.dumps(document, indent=1) + "\n"
    write_predictions(folder / FILE, predictions)
    write_text(folder / REPORT_FILE, text)
    write_text(folder / "report.html", render(config, document, evaluation, predictions, audio))
    return hashlib.sha256(text.encode()).hexdigest()


def render(
    config: Config, report: dict[str, Any], evaluation: EvaluationReport, predictions: Predictions, audio: bool = True
) -> str:
    """The page; ``predictions`` are those of all engines."""
    held_out = predictions.of(INT8)
    lead = (
        f"{', '.join(config.keywords)} · {_where(evaluation.device)} · "
        f"data set {report['dataset']['version'][:19]} · model {report['model']['sha256'][:12]} · seed {report['seed']}"
    )
    host = evaluation.host[INT8].metrics
    sections = [
        ("Listening all day", stream_section(evaluation.stream, _chosen_stream(config))),
        *([("Targets", targets_section(report["targets"]))] if "targets" in report else []),
        ("On clips", headline(report, evaluation)),
        ("Limits", budget_table(report)),
        (
            "Detection on people it has never heard",
            metrics_table(evaluation) + _detection_plots(held_out, host),
        ),
        *([] if evaluation.device is None else [("On the board", _board(evaluation.device, report))]),
        ("Memory", _memory(config)),
        ("Data", _data(config)),
        ("Listen to the streams", timeline_section(config, audio)),
        ("Listen to the worst clips", worst_section(config, predictions, audio)),
        ("Make it again", _again(config, report)),
    ]
    return page(f"kws report: {config.name}", warned(lead, evaluation.stream), sections, scripts=[SCRIPT])


def _where(device: DeviceEvaluation | None) -> str:
    return "for ESPHome's micro_wake_word" if device is None else f"board {device.clips.board}"


def _chosen_stream(config: Config) -> dict[str, Any] | None:
    """How *export* chose the stream's thresholds; None where it had no negatives."""
    chosen: dict[str, Any] | None = read_json(config.run_dir / "model" / EXPORT_FILE, "export").get("stream")
    return chosen


def _detection_plots(held_out: Predictions, host: Metrics) -> str:
    labels = held_out.labels
    curve = threshold_curve(held_out.scores, held_out.y)
    columns = {key: [point[key] for point in curve] for key in ("threshold", "tpr", "fpr")}
    return (
        '<div class="cols">'
        + "".join(
            (
                figure(
                    plots.confusion_plot(confusion(held_out.scores, held_out.y, labels), labels),
                    "Confusion of the int8 model on held-out clips: highest score wins.",
                ),
                figure(
                    plots.threshold_plot(columns, host.threshold),
                    "The threshold was fixed on validation data; this is what it gives on the held-out clips.",
                ),
                figure(plots.keyword_plot(host.per_keyword), "Each keyword at the operating threshold."),
            )
        )
        + "</div>"
    )


def _board(device: DeviceEvaluation, report: dict[str, Any]) -> str:
    timing, response = device.clips.timing, device.response_ms
    latency = ", ".join(f"{name} {value:.2f} ms" for name, value in vars(timing.latency_ms).items())
    rows = [
        ("clips replayed through the serial port", device.clips.metrics.clips),
        ("host and board agree, byte for byte", percent(device.clips.agreement)),
        ("front end, slowest frame", f"{timing.cycles.frontend_frame:,} cycles"),
        ("inference", f"{timing.cycles.inference:,} cycles"),
        ("latency after the last sample", latency),
        ("response after the end of the word, streaming", _response(response)),
        ("image", f"{device.image_flash_bytes:,} B of flash, {device.image_ram_bytes:,} B of RAM"),
    ]
    checks = [check for check in report["budget"]["checks"] if check["name"] == "latency_ms"]
    bars = [("latency", _with_rest(check), float(check["limit"])) for check in checks]
    picture = figure(plots.share_plot(bars, "ms"), "What happens after the last sample; the red mark is the limit.")
    return f'<div class="cols">{table(rows, numbers=(1,))}{picture if bars else ""}</div>'


def _response(response: ResponseTimes) -> str:
    if not response.detected:
        return f"none of {response.words} words was detected"
    return f"p50 {response.p50:.0f} ms, p95 {response.p95:.0f} ms"


def _memory(config: Config) -> str:
    budget = read_json(config.run_dir / "model" / BUDGET_FILE, "check")
    model = next(check for check in budget["checks"] if check["name"] == "model_bytes")
    arena = next(check for check in budget["checks"] if check["name"] == "arena_bytes")
    rows = [(f"{check['name']}", _with_rest(check), float(check["limit"])) for check in (model, arena)]
    picture = figure(plots.share_plot(rows, "bytes"), "What the bytes go to; the red mark is the limit.")
    return picture + (_image(config) if on_board(config) else "")


def _image(config: Config) -> str:
    """What the image's bytes go to."""
    size = read_json(config.run_dir / "firmware" / SIZE_FILE, "flash")
    sections = table(
        [(name, f"{count:,}") for name, count in list(size["by_symbol"].items())[:12]],
        ("symbol", "bytes"),
        numbers=(1,),
    )
    totals = (
        f"<p>Image: {size['flash_bytes']:,} B of flash, {size['ram_bytes']:,} B of RAM, "
        f"of these {size['stack_bytes']:,} B reserved for the stack.</p>"
    )
    return totals + sections


def _with_rest(check: dict[str, Any]) -> list[tuple[str, float]]:
    parts = [(part["name"], float(part["amount"])) for part in check["largest"]]
    rest = check["measured"] - sum(amount for _, amount in parts)
    return [*parts, ("others", rest)] if rest > 0 else parts


def _data(config: Config) -> str:
    info = read_json(config.run_dir / "dataset" / DATASET_FILE, "build")
    splits = list(info["clips"])
    rows = [
        ("clips", *(info["clips"][s] for s in splits)),
        ("speakers", *(info["speakers"][s] for s in splits)),
        ("recorded through the board", *(info["recorded_through_board"][s] for s in splits)),
    ]
    rows += [(label, *(info["labels_per_split"][s].get(label, 0) for s in splits)) for label in info["labels"]]
    leaks = f"<p>Speakers, voices or recordings that stand in two splits: {info['leaks']}.</p>"
    alone = without_other_words(info["labels_per_split"])
    warning = f'<p class="no">{alone}</p>' if alone else ""
    return table(rows, ("", *splits), numbers=range(1, len(splits) + 1)) + leaks + warning


def _again(config: Config, report: dict[str, Any]) -> str:
    rows = [
        ("data set", report["dataset"]["version"]),
        ("model", report["model"]["sha256"]),
        ("settings", config.sha256()),
        ("seed", config.seed),
    ]
    return f"<p><code>kws run {config.name}.yaml</code></p>" + table(rows)
