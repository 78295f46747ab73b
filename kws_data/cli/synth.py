"""``kws synth``."""

from __future__ import annotations

import click

from kws_data.cli.options import config_options, json_option, print_json, progress_bars, verb
from kws_data.config import Config
from kws_data.errors import ConfigError


@verb("synth", "kws synth configs/demo.yaml --set data.synth.speakers=100")
@config_options
@json_option
def command(config: Config, as_json: bool) -> None:
    """Let synthetic people say the keywords and other words of CONFIG, into the catalogue.

    Voices are espeak-ng's, with several accents, speaker variants, pitches and rates; each clip keeps its provenance.
    Calling it again adds only what is missing.
    """
    from dataclasses import asdict

    from kws_data.catalog import Catalog
    from kws_data.sources.synth import synth_people

    if config.data.source != "synthetic":
        raise ConfigError(
            "configuration asks for no synthetic people", config.data.source, "use --set data.source=synthetic"
        )
    with Catalog(config.data.recordings) as catalog, progress_bars() as progress:
        report = synth_people(catalog, config, progress)
    if as_json:
        print_json(asdict(report))
    else:
        click.echo(f"{report.added} clips added, {report.known} known before, in {config.data.recordings}")
