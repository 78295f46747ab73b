"""``kws label forget``."""

from __future__ import annotations

from pathlib import Path

import click

from kws_data.cli.label.opened import catalog_here
from kws_data.cli.options import json_option, print_json, recordings_option, tell, verb


@verb("forget", "kws label forget ann")
@click.argument("annotator")
@recordings_option
@json_option
def command(annotator: str, recordings: Path, as_json: bool) -> None:
    """Forget who ANNOTATOR is: a number takes the place of the name in all that they said of clips, and their notes go.

    Labels stay, and so do agreement and what was taken over. Speakers are forgotten by kws forget-speaker.
    """
    from kws_data.labelling.forget_annotator import forget_annotator

    with catalog_here(recordings) as catalog:
        stands_for, count = forget_annotator(catalog, annotator)
    if as_json:
        print_json({"annotator": stands_for, "opinions": count})
    else:
        tell(f"{count:,} opinions are {stands_for}'s now, without notes; the name is gone")
