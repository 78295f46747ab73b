"""``kws label review``."""

from __future__ import annotations

from pathlib import Path

from kws_data.cli.label.opened import catalog_here
from kws_data.cli.options import json_option, print_json, recordings_option, tell, verb

MOST_TOLD = 50


@verb("review", "kws label review")
@recordings_option
@json_option
def command(recordings: Path, as_json: bool) -> None:
    """List labels that were given under an older version of the guideline and that its changes may touch: their rule
    changed, or a line that names their label. Others are counted."""
    from kws_data.cli.terminal.table import print_table
    from kws_data.labelling.review import to_review

    with catalog_here(recordings) as catalog:
        found = to_review(catalog)
    if as_json:
        latest = found.latest.version if found.latest else None
        listed = [one.to_dict() for one in found.touched]
        print_json({"guideline": latest, "touched": listed, "others_by_version": found.others})
        return
    if found.latest is None:
        tell("no guideline in this catalogue yet, so none has changed: see kws label guideline")
        return
    clips, version = len(found.clip_ids), found.latest.version
    tell(f"{len(found.touched):,} labels of {clips:,} clips may be others under version {version}")
    print_table(
        [
            {"clip": one.opinion.clip_id, "label": one.opinion.label, "by": one.opinion.giver}
            | {"version": str(one.opinion.guideline or ""), "why": one.why}
            for one in found.touched[:MOST_TOLD]
        ]
    )
    if len(found.touched) > MOST_TOLD:
        tell(f"and {len(found.touched) - MOST_TOLD:,} more; --json has all")
    for older, count in found.others.items():
        if older:
            tell(f"{count:,} others were given under version {older}: no changed line names their label or rule")
        else:
            tell(f"{count:,} others were given without a guideline")
