"""``kws bench model``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kws_data.cli.options import config_here, json_option, print_json, progress_bars, say, verb, workers_option


@verb("model", "kws bench model configs/gsc9.yaml --data ../speech_commands --seeds 3")
@click.argument("config_file", metavar="CONFIG", type=click.Path(path_type=Path))
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting; repeatable.")
@click.option("--data", type=click.Path(path_type=Path), default=None, help="Data folder; as --set data.folder=FOLDER.")
@click.option(
    "--families",
    default=None,
    help="By commas, of: config, temporal_dscnn, tenet, bc_resnet, mlperf_ds_cnn, tiny_conv. All when left out.",
)
@click.option("--seeds", type=click.IntRange(1, 20), default=1, show_default=True, help="Trainings of each model.")
@click.option("--epochs", type=click.IntRange(1), default=None, help="Shorter (or longer) training for all of them.")
@workers_option
@json_option
def command(
    config_file: Path,
    overrides: tuple[str, ...],
    data: Path | None,
    families: str | None,
    seeds: int,
    epochs: int | None,
    workers: int,
    as_json: bool,
) -> None:
    """Model families side by side on one data set: the same clips, recipe and seeds, each as an int8 file in TFLM.

    The first is the model of CONFIG; it is compared with each of the others clip by clip (McNemar's test, and the
    difference with its interval over speakers). Results are in runs/<name>/bench-model; what is there already and still
    current is not done again.
    """
    from kws_data.cli.steps import run_steps
    from kws_data.experiments.compare import bench_models
    from kws_data.experiments.contestants import contestants

    extra = () if data is None else ("data.source=folder", f"data.folder={data}")
    config = config_here(config_file, (*overrides, *extra))
    chosen = contestants([name.strip() for name in families.split(",")] if families else None)
    folder = config.run_dir / "bench-model"
    with progress_bars() as progress:
        run_steps(config, ["collect", "record"], workers=workers, progress=progress)
        document = bench_models(config, chosen, folder, seeds, epochs, workers, progress, say)
    if as_json:
        print_json(document)
        return
    _show(document)
    say(f"wrote {folder / 'bench-model.json'}")


def _show(document: dict[str, Any]) -> None:
    from kws_data.cli.terminal.table import print_table

    count = len(document["seeds"])
    runs = "1 seed" if count == 1 else f"mean of {count} seeds, 95 % interval by t"
    click.echo(f"{document['config']}: {document['test_clips']} test clips, {document['epochs']} epochs, {runs}")
    print_table([cells(row) for row in document["models"]])
    for pair in document["against"]:
        p = ", ".join(f"{value:.3g}" for value in pair["p"])
        only = f"{sum(pair['only_first'])} : {sum(pair['only_second'])}"
        click.echo(
            f"{pair['model']} against {pair['reference']}: {_points(pair['difference'])} "
            f"({_points(pair['low'])} to {_points(pair['high'])}, {pair['speakers']} speakers resampled): "
            f"{pair['verdict']}; not worse: {_yes(pair['not_worse'])}, better by 1 pp: "
            f"{_yes(pair['better_by_a_point'])}; only one right {only}, McNemar p {p}"
        )


def cells(row: dict[str, Any]) -> dict[str, str]:
    """A row of the table, by its columns."""
    return {
        "model": row["name"],
        "parameters": f"{row['parameters']:,}",
        "file": f"{row['model_bytes']:,} B",
        "arena": f"{row['arena_bytes']:,} B",
        "cycles": f"{row['inference_cycles']:,}",
        "accuracy": _accuracy(row),
        "TPR at FPR <= 1 %": _mean(row["tpr_at_1pct_fpr"]),
        "TPR / FPR, frozen": " / ".join(_frozen(row[name]) for name in ("tpr", "fpr")),
        "int8 loss": _points(row["int8_loss"]["mean"]),
        "training": f"{row['train_seconds']:,.0f} s",
        "B per point": f"{row['bytes_per_point']:,}",
    }


def _accuracy(row: dict[str, Any]) -> str:
    """With the interval of the seeds, or of the clips when there is but one."""
    low, high = row["accuracy_ci95"]
    of_clips = {"mean": row["accuracy"]["mean"], "low": low, "high": high}
    return _mean(of_clips if row["accuracy"]["low"] is None else row["accuracy"])


def _mean(value: dict[str, Any]) -> str:
    """A mean and the ends of its interval, as ``kws train --seeds`` says them: not ±, for a share ends at 0 and 1."""
    if value["low"] is None:
        return f"{value['mean']:.2%}"
    return f"{value['mean']:.2%} ({value['low']:.1%} to {value['high']:.1%})"


def _frozen(value: dict[str, Any] | None) -> str:
    return "not measured" if value is None else f"{value['mean']:.1%}"


def _yes(held: bool) -> str:
    return "yes" if held else "no"


def _points(value: float) -> str:
    return f"{100 * value:+.2f} pp"
