"""``kws bench labels``."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from kws_data.cli.options import json_option, print_json, progress_bars, tell, verb, workers_option


@verb("labels", "kws bench labels --data PATH/TO/speech_commands --parts copies,broken")
@click.option(
    "--data", required=True, type=click.Path(path_type=Path, file_okay=False), help="A Speech Commands folder."
)
@click.option(
    "--more", type=click.Path(path_type=Path, file_okay=False), help="A second one, with words like those of the first."
)
@click.option("--parts", metavar="NAMES", default="", help="Only these parts, with commas; all when left out.")
@click.option("--quick", is_flag=True, help="Fewer clips, seeds and repetitions.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of all that is planted.")
@workers_option
@json_option
def command(data: Path, more: Path | None, parts: str, quick: bool, seed: int, workers: int, as_json: bool) -> int:
    """What kws audit and kws select are worth: errors are planted in a catalogue of real clips, with a seed, and looked
    for: swapped labels, copies, broken clips; a model trained with and without them; time and memory of large
    catalogues. kws bench labels --parts help lists the parts.

    Everything is made in a temporary folder. Exits 1 where a figure is not reached.
    """
    from kws_data.bench.figures import all_passed
    from kws_data.bench.labels.material import LabelsBench
    from kws_data.bench.labels.rows import PARTS, labels_figures
    from kws_data.cli.terminal.table import print_table
    from kws_data.errors import DataError

    if parts.strip() == "help":
        for part, (_, what) in PARTS.items():
            tell(f"{part}: {what}")
        return 0
    wanted = [part.strip() for part in parts.split(",") if part.strip()] or list(PARTS)
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        raise DataError("no such part of the bench", unknown[0], f"one of {', '.join(PARTS)}")
    if not data.is_dir():
        raise DataError("data folder not found", str(data), "name a folder in the Speech Commands layout")
    if more is not None and not more.is_dir():
        raise DataError("data folder not found", str(more), "name a folder in the Speech Commands layout")
    with TemporaryDirectory(prefix="kws-labels-") as work, progress_bars() as progress:
        bench = LabelsBench(data, Path(work), quick, seed, workers, progress, more)
        figures = list(labels_figures(bench, wanted))
    passed = all_passed(figures)
    if as_json:
        print_json({"seed": seed, "quick": quick, "passed": passed, "figures": [one.to_dict() for one in figures]})
        return 0 if passed else 1
    print_table(
        [
            {
                "planted": one.what,
                "wanted": one.wanted,
                "measured": one.measured,
                "": "not measured" if one.passed is None else "reached" if one.passed else "NOT reached",
                "seconds": f"{one.seconds:.0f}",
            }
            for one in figures
        ]
    )
    return 0 if passed else 1
