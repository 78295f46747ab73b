"""``kws compare``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.options import json_option, print_json, say, tell, verb

if TYPE_CHECKING:
    from kws_data.evaluation.run_differences import Pair


@verb("compare", "kws compare demo demo-small --out compare.html")
@click.argument("names", metavar="RUN RUN...", nargs=-1, required=True)
@click.option(
    "--engine",
    type=click.Choice(["int8", "float", "device"]),
    default="int8",
    show_default=True,
    help="Whose clips are compared: the file that ships, on the host or the board, or the float model.",
)
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Write a page with plots, an .html file.")
@click.option("--markdown", type=click.Path(path_type=Path), default=None, help="Write the tables as Markdown.")
@json_option
def command(names: tuple[str, ...], engine: str, out: Path | None, markdown: Path | None, as_json: bool) -> None:
    """Compare runs with the first one, on the clips that they were both tested on: paired tests, table, plots.

    RUN is the name of a folder below runs/, or a folder. Differences of accuracy, TPR and FPR come with an interval by
    speaker and McNemar's p, adjusted for the number of runs (Holm); false accepts in streams with an exact test of two
    rates; beside them response, bytes, cycles. One sentence says which run is better, or how many more clips would
    decide it.
    """
    from firmware_tools.atomic import write_text
    from kws_data.evaluation.compare_runs import compare_runs
    from kws_data.evaluation.compared_run import load_runs
    from kws_data.report.comparison import comparison_document, comparison_markdown, comparison_page

    runs = load_runs(names, engine)
    pairs = compare_runs(runs)
    if out is not None:
        write_text(out, comparison_page(runs, pairs))
    if markdown is not None:
        write_text(markdown, comparison_markdown(pairs))
    if as_json:
        print_json(comparison_document(runs, pairs))
    else:
        _print(pairs)
    for path in filter(None, (out, markdown)):
        say(f"wrote {path}")


def _print(pairs: Sequence[Pair]) -> None:
    """A table of each pair, and its sentence."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    from kws_data.cli.terminal.output import one_line
    from kws_data.report.comparison import HEAD, comparison_rows, tested_on

    for pair in pairs:
        heads = (HEAD[0], one_line(pair.baseline), one_line(pair.run), *HEAD[3:5])
        table = Table(*(Column(Text(head)) for head in heads))
        for row in comparison_rows(pair):
            table.add_row(*(Text(one_line(cell)) for cell in row[:5]))
        Console().print(table)
        tell(f"{tested_on(pair)}.")
        for note in pair.notes:
            tell(note)
        tell(f"{pair.verdict}.")
