"""``kws bench synth``."""

from __future__ import annotations

import click

from kws_data.cli.options import json_option, verb
from kws_data.cli.terminal.figures import show_figures

ENGINES = ("espeak", "flite", "hibari", "piper", "kokoro")


@verb("synth", "kws bench synth --engine hibari")
@click.option(
    "--engine", "kinds", type=click.Choice((*ENGINES, "all")), multiple=True, help="Only this one; repeatable."
)
@click.option("--styles", type=click.Path(exists=True), help="Kokoro's styles, as data.synth.engine.styles.")
@json_option
def command(kinds: tuple[str, ...], styles: str | None, as_json: bool) -> None:
    """How many clips a second engines speak, from the text to the clip in a catalogue, beside espeak-ng.

    An engine that is not installed is listed as such. Exits 1 when one needs more seconds of its core than it should.
    """
    from kws_data.bench.synth import bench_synth, estimate_s

    chosen = ENGINES if not kinds or "all" in kinds else kinds
    show_figures(lambda progress: bench_synth(chosen, progress, styles), estimate_s(chosen), as_json, quick=False)
