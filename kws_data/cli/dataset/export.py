"""``kws dataset export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.options import json_option, print_json, progress_bars, say, verb
from kws_data.config.config import Config
from kws_data.config.load import load_config

if TYPE_CHECKING:
    from kws_data.release.clips import Terms

TARGETS = ("speech-commands", "edge-impulse", "label-studio")
SPLITS = ("train", "validation", "test")


@verb("export", "kws dataset export configs/demo.yaml --to edge-impulse --out demo-data")
@click.argument("source", metavar="CONFIG|RUN", type=click.Path(path_type=Path))
@click.option("--to", "layout", required=True, type=click.Choice(TARGETS), help="Layout to write.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder that is made.")
@click.option("--split", "splits", multiple=True, type=click.Choice(SPLITS), help="Only this split; repeatable.")
@click.option("--force", is_flag=True, help="Replace an export that is there.")
@click.option(
    "--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting of CONFIG; repeatable."
)
@click.option("--recordings", type=click.Path(path_type=Path), default=None, help="Catalogue of a RUN.")
@json_option
def command(
    source: Path,
    layout: str,
    out: Path,
    splits: tuple[str, ...],
    force: bool,
    overrides: tuple[str, ...],
    recordings: Path | None,
    as_json: bool,
) -> None:
    """Write a built data set as Speech Commands, Edge Impulse or Label Studio have theirs, with whose clips they are
    and on what terms.

    CONFIG is a configuration whose data set was built, RUN the folder of a run. Clips leave whole, as 16-bit WAV,
    with ATTRIBUTION.csv (speaker's pseudonym, licence, consent and source of each) and LICENCES.md. What
    release.licences and release.consents of CONFIG do not allow stays behind. Importing the folder again gives the
    same clips, labels, speakers and splits.
    """
    from kws_data.release.write import export_dataset

    dataset, store, terms = _place(source, overrides, recordings)
    with progress_bars() as progress:
        report = export_dataset(
            dataset, store, layout, out, terms=terms, splits=splits or SPLITS, replace=force, progress=progress
        )
    if as_json:
        print_json({"folder": str(report.folder), "layout": layout, "clips": report.clips, "left_out": report.left_out})
        return
    written = ", ".join(f"{count} {split}" for split, count in report.clips.items())
    click.echo(f"wrote {report.folder}: {written}")
    for reason, count in report.left_out.items():
        say(f"  {count} clips stay behind: {reason}")


def _place(source: Path, overrides: tuple[str, ...], recordings: Path | None) -> tuple[Path, Path, Terms]:
    """Folder of the data set, catalogue that holds its audio, and the terms on which clips may leave."""
    from kws_data.release.clips import Terms

    if source.is_dir():
        if overrides:
            raise click.UsageError("--set goes with a CONFIG, not with the folder of a run")
        dataset = source / "dataset" if (source / "dataset").is_dir() else source
        return dataset, recordings or Path("recordings"), Terms()
    config: Config = load_config(source, overrides)
    terms = Terms(config.release.licences, config.release.consents)
    return config.run_dir / "dataset", recordings or Path(config.data.recordings), terms
