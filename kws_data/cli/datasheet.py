"""``kws datasheet``."""

from __future__ import annotations

from pathlib import Path

import click

from kws_data.cli.options import Number, json_option, print_json, recordings_option, verb


@verb("datasheet", "kws datasheet configs/demo.yaml")
@click.argument("dataset", metavar="CONFIG|FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--k", type=click.IntRange(min=0), help="Smallest count of people to print; the release's own by default."
)
@click.option("--epsilon", type=Number(min=0), help="Of the Laplace noise on counts of people.")
@recordings_option
@json_option
def command(dataset: Path, k: int | None, epsilon: float | None, recordings: Path, as_json: bool) -> None:
    """Write a data set's datasheet as Markdown and as a page with plots, and its Croissant description.

    Each build writes datasheet.md and croissant.json; this adds datasheet.html, and writes the others anew.
    """
    from kws_data.dataset.manifest import load_dataset
    from kws_data.provenance.find_dataset import find_dataset
    from kws_data.release.documents import rows_once, write_page, write_release_documents

    folder = find_dataset(str(dataset), recordings)
    info, rows = load_dataset(folder).info, rows_once(folder)
    asked = {"k": k, "epsilon": epsilon}
    release = {**info.get("release", {}), **{name: value for name, value in asked.items() if value is not None}}
    info = {**info, "release": release}
    secret = _secret(recordings) if release.get("epsilon") else b""
    files = [*write_release_documents(folder, info, rows, secret), write_page(folder, info, rows, secret)]
    if as_json:
        print_json({"dataset": info["version"], "files": [str(file) for file in files]})
    else:
        for file in files:
            click.echo(str(file))


def _secret(recordings: Path) -> bytes:
    from kws_data.catalog.catalog import Catalog
    from kws_data.coverage.subgroups import PURPOSE
    from kws_data.errors import CatalogError

    if not (recordings / "catalog.sqlite").exists():
        raise CatalogError("noise needs the key of a catalogue", str(recordings), "name it with --recordings")
    with Catalog(recordings) as catalog:
        return catalog.secret(PURPOSE)
