"""``kws bench intervals``."""

from __future__ import annotations

from typing import Any

import click

from kws_data.cli.options import json_option, print_json, progress_bars, tell, verb


@verb("intervals", "kws bench intervals --draws 10000")
@click.option("--draws", type=click.IntRange(100), default=10_000, show_default=True, help="Test sets of each setting.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of what is drawn.")
@json_option
def command(draws: int, seed: int, as_json: bool) -> None:
    """Do 95 % intervals hold the truth in 95 % of cases? Test sets are drawn whose truth is known.

    Speakers have unequal numbers of clips and are hit and missed together. Beside the interval by speaker stand
    Wilson's by clip and the percentiles of a bootstrap by speaker. The last settings are outside of what is promised.
    Exit code 1 when a promised one is not within 93 to 97 %.
    """
    from kws_data.bench.intervals import HIGHEST, LOWEST, coverage

    with progress_bars() as progress:
        rows = coverage(draws=draws, seed=seed, progress=progress)
    wrong = [row for row in rows if row.off and row.setting.promised]
    if as_json:
        print_json(
            {"draws": draws, "seed": seed, "level": 0.95, "rows": [row.to_dict() for row in rows], "passed": not wrong}
        )
    else:
        from kws_data.cli.terminal.table import print_table

        print_table([_cells(row.to_dict()) for row in rows])
        promised = [row.found["by_speaker"].coverage for row in rows if row.setting.promised]
        tell(
            f"by speaker, of {draws:,} sets each: {min(promised):.1%} to {max(promised):.1%} "
            f"(promised: {LOWEST:.0%} to {HIGHEST:.0%})"
        )
    if wrong:
        raise SystemExit(1)


def _cells(row: dict[str, Any]) -> dict[str, str]:
    """A row of the table, by its columns."""
    return {
        "rate": f"{row['rate']:g}",
        "speakers": f"{row['speakers']:,}",
        "clips each": f"{row['clips']}{', uneven' if row['uneven'] else ''}",
        "correlation": f"{row['correlation']:g}",
        "by speaker": f"{row['by_speaker']['coverage']:.1%}",
        "width": f"{row['by_speaker']['width']:.3f}",
        "Wilson by clip": f"{row['by_clip']['coverage']:.1%}",
        "bootstrap percentiles": f"{row['percentiles']['coverage']:.1%}",
        "promised": "yes" if row["promised"] else "no",
    }
