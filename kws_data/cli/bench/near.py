"""``kws bench near``."""

from __future__ import annotations

from typing import Any

import click

from kws_data.cli.options import config_options, json_option, print_json, progress_bars, say, tell, verb, workers_option
from kws_data.config.config import Config

STEPS = ("collect", "record", "build", "train", "export")


@verb("near", "kws bench near configs/gsc9.yaml --words no,off,on --folder ../speech_commands_more")
@config_options
@click.option("--words", default="", help="By commas; all words of the folders that are no keywords when left out.")
@click.option(
    "--folder",
    "folders",
    multiple=True,
    help="Clips with labels, in data.layout; repeatable; data.more_folders and data.unlabelled when left out.",
)
@click.option("--folds", type=click.IntRange(2, 50), help="Train once for each part of the people of further folders.")
@workers_option
@json_option
def command(
    config: Config, words: str, folders: tuple[str, ...], folds: int | None, workers: int, as_json: bool
) -> None:
    """Near words: how often the detector of CONFIG's run takes words that are no keyword for one, said by people it
    has not heard, at its frozen threshold; with --folds each by a run that was trained without them.

    A person who trains the run, or fixes its threshold, is not measured. With --folds the people of data.more_folders
    and data.unlabelled are dealt into parts, and the run of each part (runs/<name>_without_0_of_3, …) leaves it out
    and is measured on it; what is there already and still current is not done again.
    """
    from kws_data.catalog.catalog import Catalog
    from kws_data.cli.steps import run_steps
    from kws_data.experiments.near_words import chosen_words, fold_configs, import_words, near_words, report

    places = folders or (*config.data.more_folders, *config.data.unlabelled)
    asked = [word.strip() for word in words.split(",") if word.strip()]
    results = []
    with progress_bars() as progress, Catalog(config.data.recordings) as catalog:
        clips = import_words(catalog, config, places, progress)
        chosen = chosen_words(config, clips, asked)
        for own in fold_configs(config, folds) if folds else [config]:
            if folds:
                say(f"• run {own.name}")
                run_steps(own, STEPS, workers=workers, progress=progress)
            results.append(near_words(own, catalog, clips, chosen, own.data.more_people if folds else None))
    document = report(config, places, results)
    if as_json:
        print_json(document)
    else:
        _show(document)


def _show(document: dict[str, Any]) -> None:
    from kws_data.cli.terminal.table import print_table

    runs, test = len(document["runs"]), document["test"]
    tell(f"{document['config']}: words that are no keyword, at the frozen threshold" + (f", {runs} runs" * (runs > 1)))
    print_table([_cells(row) for row in [*document["words"], document["all"]]])
    tell(f"{document['people_left_out']} people of the folders are left out: the run has heard them")
    figures = (f"{name} {_share(test[name] and test[name]['mean'])}" for name in ("accuracy", "tpr", "fpr"))
    tell(f"own test: {', '.join(figures)}" + (", mean of the runs" if runs > 1 else ""))


def _cells(row: dict[str, Any]) -> dict[str, str]:
    """A row of the table, by its columns."""
    low, high = row["ci95"]
    return {
        "word": row["word"],
        "clips": f"{row['clips']:,}",
        "people": f"{row['people']:,}",
        "taken": _share(row["share"]),
        "95 %": f"{low:.1%} to {high:.1%}" if row["clips"] else "",
        "for": ", ".join(f"{keyword} {count}" for keyword, count in list(row["taken_for"].items())[:5]),
    }


def _share(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.1%}"
