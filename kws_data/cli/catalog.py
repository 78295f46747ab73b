"""``kws catalog``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from kws_data.cli.options import json_option, print_json, recordings_option, verb
from kws_data.clips import Clip

BY = ("word", "source", "device", "licence", "consent", "speaker")


@verb("catalog", "kws catalog --by device --by word")
@recordings_option
@click.option(
    "--by",
    "by",
    type=click.Choice(BY),
    multiple=True,
    default=("source", "word"),
    show_default=True,
    help="Count clips by this; repeatable, for cross tables.",
)
@click.option("--set-aside", is_flag=True, help="List the clips that were set aside, with the reason of each.")
@json_option
def command(recordings: Path, by: Sequence[str], set_aside: bool, as_json: bool) -> None:
    """Show what is in the catalogue: counts by word, source, device, licence, consent or speaker."""
    from kws_data.catalog import Catalog
    from kws_data.errors import CatalogError

    if not (recordings / "catalog.sqlite").exists():
        raise CatalogError("no catalogue here", str(recordings), "fill one with kws import, synth or record")
    with Catalog(recordings) as catalog:
        clips, totals = catalog.clips(with_set_aside=True), catalog.counts()
    aside = [clip for clip in clips if clip.reasons]
    table = count_by([clip for clip in clips if not clip.reasons], by)
    if as_json:
        print_json(
            {
                "totals": totals,
                "by": list(by),
                "counts": [[*key, count] for key, count in table],
                "clips_set_aside": [
                    {"id": c.id, "word": c.word, "origin": c.origin, "reason": c.reasons} for c in aside
                ],
            }
        )
        return
    _print(totals, by, table, aside if set_aside else [])


def count_by(clips: Sequence[Clip], by: Sequence[str]) -> list[tuple[tuple[str, ...], int]]:
    """Number of clips for each combination of attributes, largest first."""
    counts = Counter(tuple(str(getattr(clip, name)) or "-" for name in by) for clip in clips)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _print(
    totals: dict[str, int], by: Sequence[str], table: Sequence[tuple[tuple[str, ...], int]], aside: Sequence[Any]
) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in totals.items()))
    shown = Table(*by, "clips")
    for key, count in table:
        shown.add_row(*key, str(count))
    console.print(shown)
    for clip in aside:
        console.print(f"{clip.id[:12]}  {clip.word}  {clip.origin}: {clip.reasons}", markup=False)
