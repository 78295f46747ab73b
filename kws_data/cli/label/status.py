"""``kws label status``."""

from __future__ import annotations

from pathlib import Path

from kws_data.cli.label.opened import catalog_here
from kws_data.cli.options import json_option, print_json, recordings_option, tell, verb


@verb("status", "kws label status")
@recordings_option
@json_option
def command(recordings: Path, as_json: bool) -> None:
    """How far labelling is: what is settled, what waits for a second person or an adjudicator, what is not taken over
    yet, and how fast each annotator is."""
    from kws_data.cli.terminal.table import print_table
    from kws_data.labelling.status import label_status

    with catalog_here(recordings) as catalog:
        status = label_status(catalog)
    if as_json:
        print_json(status.to_dict())
        return
    now = status.progress
    tell(f"{now.settled:,} of {now.total:,} clips are settled, {now.open:,} are to be heard: kws label")
    print_table(
        [
            {
                "annotator": name,
                "labels": f"{pace.count:,}",
                "seconds each": "-" if pace.median_seconds is None else f"{pace.median_seconds:.1f}",
                "an hour": "-" if pace.per_hour is None else f"{pace.per_hour:,.0f}",
            }
            for name, pace in now.annotators.items()
        ]
    )
    waits = {
        "without a label, heard by nobody": status.unlabelled,
        "disputed, for an adjudicator: kws label": now.disagreements,
        "labelled by machines only: kws label, or kws label apply --automatic 0.95": status.machine,
        "settled and not taken over: kws label apply": status.to_apply,
        "labels that a change of the guideline may touch: kws label review": status.to_review,
    }
    for what, count in waits.items():
        if count:
            tell(f"{count:,} {what}")
    version = "none yet" if status.guideline is None else f"version {status.guideline}"
    tell(f"guideline: {version}; two people label {status.doubled.share:.0%} of the clips")
