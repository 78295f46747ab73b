"""``kws label undo``."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path

import click

from kws_data.cli.label.opened import catalog_here
from kws_data.cli.options import json_option, print_json, recordings_option, tell, verb

MOST_TOLD = 5


@verb("undo", "kws label undo 12")
@click.argument("batch", type=click.IntRange(1))
@recordings_option
@json_option
def command(batch: int, recordings: Path, as_json: bool) -> None:
    """Bring the clips of BATCH back to what they were before it; kws label changes lists the batches.

    Opinions stay: kws label apply takes them over again. What somebody has changed since stays as they left it. Cuts
    are set aside again, and the whole clips come back.
    """
    from kws_data.errors import DataError

    with catalog_here(recordings) as catalog:
        if batch in {one.id for one in catalog.changes.batches("audit")}:
            other = shlex.join(["kws", "audit", "--undo", str(batch), "--recordings", str(recordings)])
            raise DataError("this batch is an audit's", batch, f"{other} brings its clips back")
        done = catalog.changes.undo(batch)
    if as_json:
        print_json(asdict(done))
        return
    tell(f"batch {batch} is undone: {done.taken_back:,} changes taken back")
    if done.kept:
        few = ", ".join(done.kept[:MOST_TOLD]) + (", …" if len(done.kept) > MOST_TOLD else "")
        tell(f"{len(done.kept):,} clips were changed since and stay: {few}")
