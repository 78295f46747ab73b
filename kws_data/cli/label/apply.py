"""``kws label apply``."""

from __future__ import annotations

from pathlib import Path

import click

from kws_data.cli.label.opened import catalog_here
from kws_data.cli.options import Number, json_option, print_json, recordings_option, tell, verb


@verb("apply", "kws label apply --automatic 0.95")
@recordings_option
@click.option(
    "--automatic",
    type=Number(0, 1),
    help="Also take over labels of machines from this confidence on, where nobody has labelled the clip.",
)
@click.option("--note", default="", metavar="TEXT", help="Kept with the batch.")
@click.option("--only-tell", is_flag=True, help="Change nothing.")
@json_option
def command(recordings: Path, automatic: float | None, note: str, only_tell: bool, as_json: bool) -> None:
    """Take settled labels over: clips get the word that was heard, bad recordings are set aside, cuts become clips of
    their own in place of the whole ones.

    A label is settled when everybody who heard the clip says the same, as many as it needs, or when an adjudicator has
    decided. Clips that wait stay as they are. All of it is one batch, which kws label undo brings back; called again
    it changes nothing. kws build then uses the clips with their new labels.
    """
    from kws_data.labelling.take_over import take_over

    with catalog_here(recordings) as catalog:
        done = take_over(catalog, automatic=automatic, note=note, only_tell=only_tell)
    if as_json:
        print_json(done.to_dict())
        return
    would = "would be " if only_tell else ""
    parts = {"relabelled": done.words, "set aside as bad": done.set_aside, "taken in": done.taken_in, "cut": done.cuts}
    told = ", ".join(f"{count:,} {what}" for what, count in parts.items() if count) or "nothing to change"
    tell(f"{would if told[0].isdigit() else ''}{told}")
    for label, word in done.respelt.items():
        tell(f"{label} is {word}: they differ only in how they are written")
    tell(f"{done.unchanged:,} are what their label says, {done.open:,} are to be heard: kws label")
    if done.disagreements:
        tell(f"{done.disagreements:,} are disputed: let an adjudicator settle them in kws label")
    if done.batch is not None:
        tell(f"batch {done.batch}; to bring all back: kws label undo {done.batch} --recordings {recordings}")
