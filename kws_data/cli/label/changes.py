"""``kws label changes``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kws_data.cli.label.opened import catalog_here
from kws_data.cli.options import json_option, print_json, recordings_option, tell, verb

MOST_TOLD = 50


@verb("changes", "kws label changes --batch 12")
@recordings_option
@click.option("--batch", type=click.IntRange(1), help="What this one found and did, clip by clip.")
@json_option
def command(recordings: Path, batch: int | None, as_json: bool) -> None:
    """List the batches of findings and changes of this catalogue, of labels, audits and agreement, or one of them."""
    from kws_data.cli.terminal.table import print_table
    from kws_data.errors import DataError

    with catalog_here(recordings) as catalog:
        batches = catalog.changes.batches()
        found = [] if batch is None else catalog.changes.findings(batch)
    if batch is not None and all(one.id != batch for one in batches):
        raise DataError("no such batch", batch, f"kws label changes --recordings {recordings} lists them")
    if as_json:
        listed = [asdict(one) for one in batches if batch in (None, one.id)]
        print_json({"batches": listed, "findings": [asdict(one) for one in found]})
        return
    if batch is not None:
        print_table(
            [
                {"clip": one.clip_id, "action": one.action, "label": one.suggestion, "reason": one.reason}
                | {"detail": one.detail}
                for one in found[:MOST_TOLD]
            ]
        )
        if len(found) > MOST_TOLD:
            tell(f"and {len(found) - MOST_TOLD:,} more; --json has all")
        return
    if not batches:
        tell("no batches yet: kws label apply, kws audit and kws agreement make them")
    print_table(
        [
            {
                "batch": str(one.id),
                "verb": one.verb,
                "made": one.made_at[:16].replace("T", " "),
                "findings": f"{one.findings:,}",
                "changes": f"{one.changes:,}",
                "undone": one.undone_at[:16].replace("T", " "),
                "note": one.note,
            }
            for one in batches
        ]
    )
