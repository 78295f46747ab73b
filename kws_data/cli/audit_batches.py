"""``kws audit --list`` and ``kws audit --undo``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kws_data.cli.options import print_json, say, tell

if TYPE_CHECKING:
    from kws_data.catalog.catalog import Catalog


def list_audits(catalog: Catalog, as_json: bool) -> None:
    """Tell of all audits what they were of, found and set aside."""
    from kws_data.cli.terminal.table import print_table
    from kws_data.quality.audit.apply import VERB

    batches = catalog.changes.batches(VERB)
    if as_json:
        print_json({"batches": [vars(one) for one in batches]})
        return
    print_table(
        [
            {
                "batch": str(one.id),
                "when": one.made_at,
                "of": one.note,
                "findings": f"{one.findings:,}",
                "set aside": f"{one.changes:,}",
                "undone": one.undone_at,
            }
            for one in batches
        ]
    )
    if not batches:
        say("no audit yet: kws audit makes one")


def undo_audit(catalog: Catalog, batch: int, as_json: bool) -> None:
    """Bring back what an audit has set aside.

    Raises:
        DataError: there is no such audit, or it is undone already.
    """
    from kws_data.errors import DataError
    from kws_data.quality.audit.apply import VERB

    if batch not in {one.id for one in catalog.changes.batches(VERB)}:
        raise DataError("no such audit", batch, "kws audit --list lists them")
    done = catalog.changes.undo(batch)
    if as_json:
        print_json({"batch": batch, "brought_back": done.taken_back, "kept": list(done.kept)})
        return
    tell(f"{done.taken_back:,} clips are as they were before batch {batch}")
    if done.kept:
        tell(f"{len(done.kept):,} stay as somebody has made them since, such as {done.kept[0]}")
