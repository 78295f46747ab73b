"""``kws agreement``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.options import json_option, print_json, recordings_option, tell, verb

if TYPE_CHECKING:
    from kws_data.labelling.agreement import AgreementReport
    from kws_data.statistics.agreement_intervals import Agreement

MOST_TOLD = 20


@verb("agreement", "kws agreement --recordings recordings --page agreement.html")
@recordings_option
@click.option("--with-model", metavar="NAME", help="Count this model's labels as those of one more annotator.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the intervals.")
@click.option("--page", type=click.Path(path_type=Path, dir_okay=False), help="Also write a page with all of it here.")
@click.option("--only-tell", is_flag=True, help="Note nothing in the catalogue.")
@json_option
def command(
    recordings: Path, with_model: str | None, seed: int, page: Path | None, only_tell: bool, as_json: bool
) -> None:
    """How far the people who label agree: shares, Cohen's and Fleiss' kappa, Krippendorff's alpha, each with a 95 %
    interval, over all, by label and by pair of people; which labels they confuse, and which rules of the guideline
    were named for clips that are disputed.

    Disputed clips are noted in the catalogue as findings (kws label undo takes the note back). No label changes: an
    adjudicator settles them in kws label. More: kws_data/docs/labels.md.
    """
    from kws_data.cli.label.opened import catalog_here
    from kws_data.labelling.agreement import agreement_of
    from kws_data.labelling.agreement_findings import note_disagreements

    with catalog_here(recordings) as catalog:
        report = agreement_of(catalog, with_model, seed)
        batch = None if only_tell else note_disagreements(catalog, report)
    if page is not None:
        from firmware_tools.atomic import write_text
        from kws_data.labelling.agreement_page import agreement_page

        write_text(page, agreement_page(report))
    if as_json:
        print_json({"batch": batch, **report.to_dict()})
        return
    _show(report)
    if batch is not None:
        settled = len(report.disputed) - report.undecided
        told = f", {settled:,} of them decided by an adjudicator" if settled else ""
        left = f"; settle {'the others' if settled else 'them'}: kws label" if report.undecided else ""
        tell(f"{len(report.disputed):,} disputed clips are noted as batch {batch}{told}{left}")
    if page is not None:
        tell(f"wrote {page}")


def _show(report: AgreementReport) -> None:
    from kws_data.cli.terminal.table import print_table
    from kws_data.labelling.labels import shown_label

    said = ", ".join(f"{name} {count:,}" for name, count in report.raters.items())
    tell(f"{report.clips:,} clips were labelled by two people or more ({said})")
    if not report.clips:
        tell("nothing to compare yet: let a second person call kws label")
        return
    rows = {"same label": report.percent, "Fleiss' kappa": report.fleiss, "Krippendorff's alpha": report.alpha}
    print_table([{"over all": name, **cells(one)} for name, one in rows.items()])
    click.echo()
    print_table(
        [
            {
                "label": shown_label(one.label),
                "clips": f"{one.clips:,}",
                "disputed": f"{one.disputed:,}",
                "another says the same": shown(one.specific),
                "alpha against the rest": shown(one.alpha),
            }
            for one in report.labels
        ]
    )
    click.echo()
    print_table(
        [
            {
                "pair": f"{one.first}, {one.second}",
                "clips": f"{one.clips:,}",
                "same label": shown(one.percent),
                "Cohen's kappa": shown(one.kappa),
            }
            for one in report.pairs
        ]
    )
    _show_causes(report)


def _show_causes(report: AgreementReport) -> None:
    from kws_data.cli.terminal.table import print_table
    from kws_data.labelling.labels import shown_label

    click.echo()
    print_table(
        [
            {
                "disagreement": f"{shown_label(one.first)} / {shown_label(one.second)}",
                "clips": f"{one.clips:,}",
                "the guideline says of them in": ", ".join(one.guideline) or "nothing: add a rule",
            }
            for one in report.confused[:MOST_TOLD]
        ]
    )
    click.echo()
    print_table(
        [
            {"rule": f"{one.rule} {one.title}".strip(), "named for": f"{one.clips:,}", "disputed": f"{one.disputed:,}"}
            for one in report.rules[:MOST_TOLD]
        ]
    )
    if report.not_sure:
        tell(f"not sure: {report.not_sure:,} times")


def cells(one: Agreement) -> dict[str, str]:
    """Value and interval as cells of a table."""
    if one.value is None or one.low is None or one.high is None:
        return {"value": "not defined", "95 %": "", "by": "one label only" if one.units else "no clip"}
    return {"value": f"{one.value:.3f}", "95 %": f"{one.low:.3f} to {one.high:.3f}", "by": one.method}


def shown(one: Agreement) -> str:
    """Value and interval in one cell."""
    parts = cells(one)
    return f"{parts['value']} ({parts['95 %']})" if parts["95 %"] else f"{parts['value']}: {parts['by']}"
