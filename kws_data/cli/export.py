"""``kws export``."""

from __future__ import annotations

import json
from typing import Any

import click

from kws_data.cli.options import config_options, json_option, print_json, progress_bars, say, verb
from kws_data.config.config import Config

METHODS = {"post": "post-training", "aware": "quantisation-aware training"}


@verb("export", "kws export configs/demo.yaml --layers")
@config_options
@click.option("--layers", is_flag=True, help="Show how far each layer is from the float model.")
@json_option
def command(config: Config, layers: bool, as_json: bool) -> None:
    """Convert to int8 by the better of post-training and quantisation-aware training, slim the file, fix the
    threshold, learn from the validation people once they have fixed it (split.refit); writes the bundle, the parity
    of all engines, the error of each layer (--layers), and C for any firmware and for TFLM.

    Of the ways to int8 the better on validation clips is taken (export.quantise). With split.refit the model then
    learns from the validation people as well; held_out.tflite is the file before that. What a TensorFlow Lite Micro
    program needs (the file as a C array, the operators, arena and settings) is written to runs/<name>/export.
    """
    from kws_data.cli.steps import run_steps

    with progress_bars() as progress:
        run_steps(config, ["export"], force=True, progress=progress)
    bundle = json.loads((config.run_dir / "model/bundle.json").read_text())
    report = json.loads((config.run_dir / "model/export.json").read_text())
    if as_json:
        print_json({**bundle, "export": report})
        return
    for line in [*choice_lines(report), *parity_lines(report), *(layer_lines(report) if layers else [])]:
        say(f"  {line}")
    say(f"wrote {config.run_dir / 'model'} and {config.run_dir / 'export'}")


def choice_lines(report: dict[str, Any]) -> list[str]:
    """Which way to int8 was taken, and by how much it was better on validation clips."""
    best, *others = report["candidates"]
    line = f"int8 by {METHODS[best['method']]}: {best['accuracy']:.2%} of the validation clips"
    for other in others:
        gain = 100 * (best["accuracy"] - other["accuracy"])
        line += f"; {gain:+.2f} pp against {METHODS[other['method']]} (log loss {best['log_loss']:.4f}"
        line += f" against {other['log_loss']:.4f})"
    return [line, *refit_lines(report), f"model.tflite {report['tflite_bytes']:,} bytes"]


def refit_lines(report: dict[str, Any]) -> list[str]:
    """What became of the refit with the validation people, if there was one."""
    if not (refit := report.get("refit")):
        return []
    if not refit["kept"]:
        return ["refit with the validation people: worse on their clips than without them, so not taken"]
    return [f"refit with the {refit['clips']} validation clips; their accuracy below is of clips learnt from"]


def parity_lines(report: dict[str, Any]) -> list[str]:
    """The engines side by side."""
    lines = [f"{'engine':<26} {'accuracy':>9} {'same label':>11} {'largest difference':>19}"]
    for row in report["parity"]:
        difference = "none" if row["same_bytes"] else f"{row['largest_difference']:.4f}"
        lines.append(f"{row['engine']:<26} {row['accuracy']:>9.2%} {row['same_label']:>11.2%} {difference:>19}")
    return lines


def layer_lines(report: dict[str, Any]) -> list[str]:
    """Signal to quantisation noise of each layer's output, the worst marked."""
    if not report["layers"]:
        return ["the float file has other operators: no comparison by layer"]
    worst = min(row["sqnr_db"] for row in report["layers"])
    lines = [f"{'layer':<34} {'signal to noise':>16}"]
    for row in report["layers"]:
        mark = "  lowest" if row["sqnr_db"] == worst else ""
        lines.append(f"{row['layer']:<34} {row['sqnr_db']:>13.1f} dB{mark}")
    return lines
