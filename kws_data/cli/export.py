"""``kws export``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from kws_data.cli.options import config_here, json_option, print_json, progress_bars, say, verb
from kws_data.config.config import Config
from kws_data.errors import DataError

METHODS = {"post": "post-training", "aware": "quantisation-aware training"}


@verb("export", "kws export configs/demo.yaml --layers")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting; repeatable.")
@click.option("--layers", is_flag=True, help="Show how far each layer is from the float model.")
@click.option(
    "--to",
    "kind",
    metavar="KIND",
    help="Package: arduino, platformio, esp-idf, zephyr, cmake, esphome or micro_wake_word.",
)
@click.option("--bundle", type=click.Path(path_type=Path), help="With --to: the bundle, instead of CONFIG's.")
@click.option("--out", type=click.Path(path_type=Path), help="With --to: folder that is made.")
@click.option("--force", is_flag=True, help="With --to: replace files of an older package that were changed, too.")
@json_option
def command(
    config_file: Path | None,
    overrides: tuple[str, ...],
    layers: bool,
    kind: str | None,
    bundle: Path | None,
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Convert to int8 by the better of post-training and quantisation-aware training, slim the file, fix the
    threshold, learn from the validation people once they have fixed it (split.refit); writes the bundle, the parity
    of all engines, the error of each layer (--layers), and C for any firmware and for TFLM.

    Of the ways to int8 the better on validation clips is taken (export.quantise). With split.refit the model then
    learns from the validation people as well; held_out.tflite is the file before that. What a TensorFlow Lite Micro
    program needs (the file as a C array, the operators, arena and settings) is written to runs/<name>/export.

    With --to nothing is converted: a bundle that is there (--bundle, or CONFIG's) becomes a package for a framework,
    with the detector in C, examples and its figures: kws export --bundle runs/demo/model --to arduino --out DIR.
    For micro_wake_word, the wake word component that ESPHome ships, it becomes a model that keeps its window itself,
    and the manifest (one keyword, frontend.kind micro_frontend).
    Who made it and answers for it says package: of CONFIG (author, maintainer, url).
    An older package of the same kind is brought up to date: files that kws did not write stay, and where some that it
    wrote were changed nothing is done without --force. Any other folder that is not empty is left alone.
    """
    _refuse_half(kind, bundle, out, layers, force)
    if kind is None:
        if config_file is None:
            raise click.UsageError("name a CONFIG, or a bundle: --bundle runs/demo/model --to arduino --out DIR")
        _convert(config_here(config_file, overrides), layers, as_json)
        return
    if (bundle is None) == (config_file is None):
        raise click.UsageError("--to wants a bundle: either --bundle or CONFIG")
    if config_file is None and overrides:
        raise click.UsageError("--set changes a CONFIG: name one, or leave it out")
    config = None
    if config_file is not None:
        config = config_here(config_file, overrides)
        bundle = config.run_dir / "model"
    assert bundle is not None and out is not None
    _package(bundle, kind, out, config, force, as_json)


def _refuse_half(kind: str | None, bundle: Path | None, out: Path | None, layers: bool, force: bool) -> None:
    if kind is None and (bundle is not None or out is not None or force):
        raise click.UsageError("--bundle, --out and --force go with --to")
    if kind is not None and out is None:
        raise click.UsageError("--to wants --out, the folder that is made")
    if kind is not None and layers:
        raise click.UsageError("--layers goes with a conversion, not with --to")


def _convert(config: Config, layers: bool, as_json: bool) -> None:
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


def _package(folder: Path, kind: str, out: Path, config: Config | None, force: bool, as_json: bool) -> None:
    from kws_data.bundle import ModelBundle
    from kws_data.deploy.packages.figures import run_figures
    from kws_data.deploy.packages.layout import package_name
    from kws_data.deploy.packages.maker import Maker, maker_of
    from kws_data.deploy.packages.replace import replace_package
    from kws_data.deploy.packages.write import known_kind, marker_of, write_package
    from kws_data.release.new_folder import beside, new_folder

    kind = known_kind(kind)
    bundle, maker = ModelBundle.load(folder), Maker() if config is None else maker_of(config)
    marker = marker_of(kind)
    older = (out / marker).is_file() and not out.is_symlink()
    try:
        with beside(out) if older else new_folder(out, marker=marker, replace=True) as fresh:
            files = write_package(bundle, kind, run_figures(bundle, folder), fresh, maker)
            if older:
                replace_package(fresh, out, marker, force=force)
    except OSError as error:
        raise DataError("package cannot be written", str(out), error.strerror or str(error)) from None
    if as_json:
        print_json({"folder": str(out), "kind": kind, "name": package_name(bundle), "files": files})
        return
    click.echo(f"wrote {out}: {package_name(bundle)} for {kind}, {len(files)} files")


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
