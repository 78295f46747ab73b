"""``kws bench microphone``."""

from __future__ import annotations

from pathlib import Path

import click

from kws_data.cli.options import Number, json_option, print_json, progress_bars, verb


@verb("microphone", "kws bench microphone --minutes 30")
@click.option("--minutes", type=Number(0.1), default=30, show_default=True, help="Of sound.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the sound.")
@click.option(
    "--bundle",
    type=click.Path(path_type=Path),
    default=None,
    help="The model; when left out, one that streams, with random weights.",
)
@json_option
def command(minutes: float, seed: int, bundle: Path | None, as_json: bool) -> int:
    """A detector listens to the emulated board's microphone; the host hears the same sound by whole windows.

    The sound is made here: noise, chirps, squares and silence. Exits 1 where the scores of one decision, the sample
    after which it was made, or one detection is another on the board than on the host.
    """
    from firmware_tools.boards.spec import load_board
    from kws_data.bench.microphone import FITTED_S, compare_at_microphone, lively_bundle, made_sound
    from kws_data.bundle import ModelBundle

    board, trained = load_board("emulated"), ModelBundle.load(bundle) if bundle is not None else None
    rate_hz = trained.frontend.sample_rate_hz if trained is not None else 16_000
    samples = made_sound(60 * minutes, rate_hz, seed)
    model = trained or lively_bundle(samples[: FITTED_S * rate_hz])
    with progress_bars() as progress:
        compared = compare_at_microphone(model, board, samples, progress)
    if as_json:
        print_json({"seed": seed, "passed": not compared.difference, **compared.to_dict()})
    else:
        click.echo(
            f"{compared.engine} engine, {compared.seconds / 60:g} minutes of sound in {compared.wall_s:.0f} s: "
            f"{compared.hops:,} decisions and {compared.detections:,} detections, "
            + (compared.difference or "every score, sample and detection that of the host's windows")
        )
    return 1 if compared.difference else 0
