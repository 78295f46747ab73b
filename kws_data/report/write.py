"""Write ``report.json`` and ``report.html`` of a run from what its steps left behind."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import write_text
from kws_data.bundle import ModelBundle
from kws_data.config.config import Config
from kws_data.evaluation.metrics import confusion
from kws_data.evaluation.thresholds import threshold_curve
from kws_data.features.load import FeatureSet, load_audio_clips, load_features
from kws_data.pages.html import figure, page, table
from kws_data.pages.numbers import percent
from kws_data.report import plots
from kws_data.report.document import build_document
from kws_data.report.examples import Example, examples_html, pick_examples
from kws_data.report.sections import budget_table, headline, metrics_table
from kws_data.run_folder import read_json
from kws_data.scores import best_keyword, decide

HeldOut = tuple[ModelBundle, FeatureSet, NDArray[np.int8]]


def write_report(config: Config) -> str:
    """Write both files; returns the hash of ``report.json``.

    Raises:
        DataError: a step has not run.
    """
    document = build_document(config)
    text = json.dumps(document, indent=1) + "\n"
    folder = config.run_dir / "report"
    write_text(folder / "report.json", text)
    write_text(folder / "report.html", render(config, document))
    return hashlib.sha256(text.encode()).hexdigest()


def render(config: Config, report: dict[str, Any]) -> str:
    """The page."""
    lead = (
        f"{', '.join(config.keywords)} · board {report['device']['board']} · "
        f"data set {report['dataset']['version'][:19]} · model {report['model']['sha256'][:12]} · seed {report['seed']}"
    )
    held_out = _held_out(config)
    sections = [
        ("", headline(report)),
        ("Limits", budget_table(report)),
        ("Detection on people it has never heard", metrics_table(report) + _detection_plots(held_out, report)),
        ("On the board", _board(config, report)),
        ("In a stream", _stream(report)),
        ("Memory", _memory(config)),
        ("Data", _data(config)),
        ("Listen", _examples(config, held_out)),
        ("Make it again", _again(config, report)),
    ]
    return page(f"kws report: {config.name}", lead, sections)


def _detection_plots(held_out: HeldOut, report: dict[str, Any]) -> str:
    bundle, test, scores = held_out
    curve = threshold_curve(scores, test.y)
    columns = {key: [point[key] for point in curve] for key in ("threshold", "tpr", "fpr")}
    return (
        '<div class="cols">'
        + "".join(
            (
                figure(
                    plots.confusion_plot(confusion(scores, test.y, bundle.labels), bundle.labels),
                    "Confusion of the int8 model on held-out clips: highest score wins.",
                ),
                figure(
                    plots.threshold_plot(columns, bundle.threshold),
                    "The threshold was fixed on validation data; this is what it gives on the held-out clips.",
                ),
                figure(
                    plots.keyword_plot(report["host"]["int8"]["per_keyword"]),
                    "Each keyword at the operating threshold.",
                ),
            )
        )
        + "</div>"
    )


def _held_out(config: Config) -> HeldOut:
    """The bundle, the test features, and its int8 scores of them."""
    from kws_data.evaluation.inference import int8_scores

    bundle = ModelBundle.load(config.run_dir / "model")
    test = load_features(config.run_dir / "dataset", "test")
    scores, _ = int8_scores(bundle.tflite, np.asarray(test.x[:, 0]))
    return bundle, test, scores


def _board(config: Config, report: dict[str, Any]) -> str:
    device, cycles = report["device"], report["device"]["cycles"]
    response = device["response_ms"]
    rows = [
        ("clips replayed through the serial port", device["clips"]),
        ("host and board agree, byte for byte", percent(device["agreement"])),
        ("front end, slowest frame", f"{cycles['frontend_frame']:,} cycles"),
        ("inference", f"{cycles['inference']:,} cycles"),
        ("latency after the last sample", ", ".join(f"{k} {v:.2f} ms" for k, v in device["latency_ms"].items())),
        (
            "response after the end of the word, streaming",
            f"p50 {response['p50']:.0f} ms, p95 {response['p95']:.0f} ms",
        ),
        ("image", f"{device['image_flash_bytes']:,} B of flash, {device['image_ram_bytes']:,} B of RAM"),
    ]
    checks = [check for check in report["budget"]["checks"] if check["name"] == "latency_ms"]
    bars = [("latency", _with_rest(check), float(check["limit"])) for check in checks]
    picture = figure(plots.share_plot(bars, "ms"), "What happens after the last sample; the red mark is the limit.")
    return f'<div class="cols">{table(rows, numbers=(1,))}{picture if bars else ""}</div>'


def _stream(report: dict[str, Any]) -> str:
    stream = report["stream"]
    frr = "-" if stream["frr"] is None else percent(stream["frr"])
    rows = [
        ("heard", f"{60 * stream['hours']:.1f} min: the held-out clips one after the other"),
        (
            "false accepts",
            f"{stream['false_accepts']} ({stream['false_accepts_per_hour']:.1f} an hour, "
            f"at most {stream['upper95']:.1f} with 95 % confidence)",
        ),
        ("keywords missed (FRR)", f"{frr} of {stream['keywords_said']}"),
    ]
    return table(rows)


def _memory(config: Config) -> str:
    budget = read_json(config.run_dir / "model" / "budget.json", "check")
    size = read_json(config.run_dir / "firmware" / "size.json", "flash")
    model = next(check for check in budget["checks"] if check["name"] == "model_bytes")
    arena = next(check for check in budget["checks"] if check["name"] == "arena_bytes")
    rows = [(f"{check['name']}", _with_rest(check), float(check["limit"])) for check in (model, arena)]
    sections = table(
        [(name, f"{count:,}") for name, count in list(size["by_symbol"].items())[:12]],
        ("symbol", "bytes"),
        numbers=(1,),
    )
    totals = (
        f"<p>Image: {size['flash_bytes']:,} B of flash, {size['ram_bytes']:,} B of RAM, "
        f"of these {size['stack_bytes']:,} B reserved for the stack.</p>"
    )
    return (
        figure(plots.share_plot(rows, "bytes"), "What the bytes go to; the red mark is the limit.") + totals + sections
    )


def _with_rest(check: dict[str, Any]) -> list[tuple[str, float]]:
    parts = [(part["name"], float(part["amount"])) for part in check["largest"]]
    rest = check["measured"] - sum(amount for _, amount in parts)
    return [*parts, ("others", rest)] if rest > 0 else parts


def _data(config: Config) -> str:
    info = read_json(config.run_dir / "dataset" / "dataset.json", "build")
    splits = list(info["clips"])
    rows = [
        ("clips", *(info["clips"][s] for s in splits)),
        ("speakers", *(info["speakers"][s] for s in splits)),
        ("recorded through the board", *(info["recorded_through_board"][s] for s in splits)),
    ]
    rows += [(label, *(info["labels_per_split"][s].get(label, 0) for s in splits)) for label in info["labels"]]
    leaks = f"<p>Speakers, voices or recordings that stand in two splits: {info['leaks']}.</p>"
    return table(rows, ("", *splits), numbers=range(1, len(splits) + 1)) + leaks


def _examples(config: Config, held_out: HeldOut) -> str:
    bundle, test, scores = held_out
    clips = load_audio_clips(config.run_dir / "dataset")
    heard, (_, score) = decide(scores, bundle.threshold), best_keyword(scores)
    names = [*bundle.labels, "nothing"]
    chosen = [
        Example(
            np.asarray(clips[i]), np.asarray(test.x[i, 0]), names[test.y[i]], names[heard[i]], float(score[i]), kind
        )
        for i, kind in pick_examples(np.asarray(test.y), heard, score)
    ]
    return examples_html(chosen, bundle.frontend.sample_rate_hz)


def _again(config: Config, report: dict[str, Any]) -> str:
    rows = [
        ("data set", report["dataset"]["version"]),
        ("model", report["model"]["sha256"]),
        ("settings", config.sha256()),
        ("seed", config.seed),
    ]
    return f"<p><code>kws run configs/{config.name}.yaml</code></p>" + table(rows)
