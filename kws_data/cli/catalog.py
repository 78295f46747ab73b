"""``kws catalog``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.options import Number, json_option, print_json, progress_bars, recordings_option, tell, verb

if TYPE_CHECKING:
    from kws_data.catalog.catalog import Catalog


@verb("catalog", "kws catalog --by gender --by age --by accent")
@recordings_option
@click.option(
    "--by",
    "by",
    metavar="NAME",
    multiple=True,
    default=("source", "word"),
    show_default=True,
    help="Count by word, label, speaker, accent, gender, age, device, snr, level, licence, consent, source, room, … "
    "Repeatable: two or three make a cross table with its thin cells.",
)
@click.option("--where", metavar="NAME=VALUE", multiple=True, help="Only clips of which this holds; repeatable.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Whose keywords give the labels.")
@click.option("--floor", type=click.IntRange(min=0), default=5, show_default=True, help="Speakers a cell should have.")
@click.option("--limit", type=click.IntRange(min=0), default=60, show_default=True, help="Rows to print; 0 is all.")
@click.option("--set-aside", is_flag=True, help="List clips and files that were set aside, each with its reason.")
@click.option("--rot", is_flag=True, help="List redundant, obsolete and trivial clips instead.")
@click.option("--easy", type=click.Path(path_type=Path), help="With --rot: a run whose model finds the easy clips.")
@click.option("--lineage", metavar="ID", help="From what a clip, data set, model or image was made, and what of it.")
@click.option("--looks", is_flag=True, help="Who looked at which test split, when, why, with which model.")
@click.option("--publish", is_flag=True, help="A table of people that can be given away, see --k and --epsilon.")
@click.option("--k", type=click.IntRange(min=0), default=5, show_default=True, help="Smallest count to publish.")
@click.option("--epsilon", type=Number(min=0), default=0.0, show_default=True, help="Of the Laplace noise; 0 is none.")
@json_option
def command(recordings: Path, as_json: bool, **options: Any) -> None:
    """Show clips and speakers by any attributes, with the combinations that are missing; redundant, obsolete and
    trivial clips (--rot); lineage (--lineage); looks at test splits (--looks); counts that can be published
    (--publish). More: kws_data/docs/catalogue.md.

    Counts clips and speakers by any attributes. A cell of a cross table is marked when it holds far fewer speakers
    than the totals of its attributes lead one to expect. --rot, --lineage, --looks and --publish show something else
    instead.
    """
    from kws_data.catalog.catalog import Catalog
    from kws_data.errors import CatalogError

    if not (recordings / "catalog.sqlite").exists():
        raise CatalogError("no catalogue here", str(recordings), "fill one with kws import, synth or record")
    with Catalog(recordings) as catalog:
        show = _mode(options)
        show(catalog, options, as_json)


def _mode(options: dict[str, Any]) -> Any:
    chosen = [name for name in ("rot", "lineage", "looks", "publish") if options[name]]
    if len(chosen) > 1:
        raise click.UsageError(f"--{chosen[0]} and --{chosen[1]} are two questions: ask one at a time")
    shown = {"rot": _rot, "lineage": _lineage, "looks": _looks, "publish": _publish}
    return shown[chosen[0]] if chosen else _counts


def _counts(catalog: Catalog, options: dict[str, Any], as_json: bool) -> None:
    from kws_data.cli.terminal.catalog_tables import print_crosstab
    from kws_data.coverage.crosstab import crosstab

    table = crosstab(catalog, options["by"], options["where"], _keywords(options), options["floor"])
    totals = catalog.counts()
    clips = catalog.set_aside_clips() if as_json or options["set_aside"] else []
    files = catalog.set_aside_files() if as_json or options["set_aside"] else []
    if as_json:
        print_json({"totals": totals, **table.to_dict(), "clips_set_aside": clips, "files_set_aside": files})
        return
    click.echo(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in totals.items()))
    print_crosstab(table, options["limit"])
    for clip in clips:
        tell(f"{clip['id'][:12]}  {clip['word']}  {clip['origin']}: {clip['reason']}")
    for file in files:
        tell(f"{file['folder']}: {file['file']}: {file['reason']}")


def _rot(catalog: Catalog, options: dict[str, Any], as_json: bool) -> None:
    from kws_data.cli.terminal.catalog_tables import print_rot
    from kws_data.quality.rot import find_rot

    with progress_bars() as progress:
        found = find_rot(catalog, options["easy"], progress)
    if as_json:
        print_json(found.to_dict())
    else:
        print_rot(found)


def _lineage(catalog: Catalog, options: dict[str, Any], as_json: bool) -> None:
    from kws_data.cli.terminal.catalog_tables import print_lineage
    from kws_data.provenance.lineage import lineage
    from kws_data.provenance.register import register_runs

    if catalog.writable:
        register_runs(catalog, Path("runs"))
    document = lineage(catalog, options["lineage"])
    if as_json:
        print_json(document)
    else:
        print_lineage(document)


def _looks(catalog: Catalog, options: dict[str, Any], as_json: bool) -> None:
    from kws_data.cli.terminal.table import print_table

    found = catalog.looks.all()
    tests = {one.test_sha256: catalog.looks.counts(one.test_sha256) for one in found}
    if as_json:
        counts = [{"test_sha256": name, "looks": looks, "models": models} for name, (looks, models) in tests.items()]
        print_json({"tests": counts, "looks": [one.to_dict() for one in found]})
        return
    rows = [
        {
            "when": one.looked_at,
            "who": one.who,
            "through": one.verb,
            "run": one.config,
            "model": one.model_sha256[:12],
            "test": one.test_sha256[:12],
            "why": one.reason,
        }
        for one in found
    ]
    if rows:
        print_table(rows)
    for name, (looks, models) in tests.items():
        tell(f"test {name[:12]}: looks {looks}, different models {models}")
    if not rows:
        tell("nobody has looked at a test split yet")


def _publish(catalog: Catalog, options: dict[str, Any], as_json: bool) -> None:
    from kws_data.cli.terminal.catalog_tables import print_published
    from kws_data.coverage.subgroups import publish_catalog

    chosen: Sequence[str] = options["by"]
    by = ("gender", "age", "accent") if chosen == ("source", "word") else chosen
    table = publish_catalog(catalog, by, options["where"], options["k"], options["epsilon"])
    if as_json:
        print_json(table.to_dict())
    else:
        print_published(table)


def _keywords(options: dict[str, Any]) -> list[str] | None:
    from kws_data.config.load import load_config

    path = options["config_file"]
    return load_config(path, ["data.source=synthetic"]).keywords if path else None  # wherever its clips come from
