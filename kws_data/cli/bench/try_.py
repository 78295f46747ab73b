"""``kws bench try``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.options import Number, json_option, verb
from kws_data.progress import Progress

if TYPE_CHECKING:
    from kws_data.bench.figures import Figure

FITTED_S = 60  # of a sound, for a model that nobody trained


@verb("try", "kws bench try --bundle runs/demo/model --data my_recordings")
@click.option(
    "--bundle",
    "bundle_dir",
    type=click.Path(path_type=Path),
    default=None,
    help="The detector; when left out, one that streams, with random weights.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=None,
    help="A folder of recordings, at any depth, for clips and half the stream; when left out, sounds made here.",
)
@click.option("--clips", type=click.IntRange(1), default=200, show_default=True, help="How many.")
@click.option("--minutes", type=Number(0.1, 30), default=3, show_default=True, help="Of the stream.")
@click.option("--board-clips", type=click.IntRange(0), default=5, show_default=True, help="On the emulated board too.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the sounds and the draw.")
@json_option
def command(
    bundle_dir: Path | None,
    data: Path | None,
    clips: int,
    minutes: float,
    board_clips: int,
    seed: int,
    as_json: bool,
) -> None:
    """The page of kws try in Chromium, or its WebAssembly in Node where there is no Chromium, against TensorFlow Lite
    Micro, the C engine, the emulated board and the host's stream; its speed and its bytes.

    Exits 1 where one score, sample or detection differs, where it hears less than 100 times as fast as sound comes, or
    where the page is larger than 150 KB.
    """
    from kws_data.bench.browser import bench_browser, material_of
    from kws_data.bench.javascript import program
    from kws_data.bench.microphone import lively_bundle, made_sound
    from kws_data.bundle import ModelBundle
    from kws_data.cli.terminal.figures import show_figures

    runs = program()
    bundle = ModelBundle.load(bundle_dir) if bundle_dir else lively_bundle(made_sound(FITTED_S, 16_000, seed))
    material = material_of(bundle, data, clips, minutes, seed)

    def measure(progress: Progress) -> Iterator[Figure]:
        return bench_browser(bundle, material, min(board_clips, len(material.clips)), runs, progress)

    show_figures(measure, 60, as_json, quick=False)
