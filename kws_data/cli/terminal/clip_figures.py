"""METRICS on a terminal: figures of clips with their intervals, by clip and by speaker."""

from __future__ import annotations

from typing import Any

import click

from kws_data.evaluation.evaluation_report import BoardEvaluation, HostEvaluation
from kws_data.pages.few import FEWEST, bracketed, is_few
from kws_data.pages.numbers import interval, percent


def print_metrics(found: HostEvaluation | BoardEvaluation) -> None:
    """What a detector is worth on clips; figures of fewer than ten clips stand in brackets."""
    figures = found.metrics
    values = figures.to_dict()
    click.echo(f"{figures.clips} clips, threshold {figures.threshold:.3f}")
    click.echo(f"accuracy {percent(figures.accuracy)}{_ends(values, 'accuracy')}")
    click.echo(f"TPR {percent(figures.tpr)}{_ends(values, 'tpr')}")
    click.echo(f"FPR {percent(figures.fpr)}{_ends(values, 'fpr')}")
    for word, one in figures.per_keyword.items():
        tpr, fpr = percent(one.tpr), percent(one.fpr)
        of = f"{interval(one.tpr_ci95)} of {one.clips} clips" if one.clips else "of no clip"
        click.echo(f"  {word:<14} TPR {bracketed(tpr, one.clips):>10} {of:<28} FPR {fpr:>8}")
    if any(is_few(one.clips) for one in figures.per_keyword.values()):
        click.echo(f"  in brackets: fewer than {FEWEST} clips, look at the interval")
    if isinstance(found, BoardEvaluation):
        click.echo(f"agreement with the host {percent(found.agreement)}")


def _ends(values: dict[str, Any], name: str) -> str:
    """The intervals that are known of a figure: by clip, and for other people."""
    told = f" {interval(values[f'{name}_ci95'])}"
    speakers = values.get(f"{name}_ci95_by_speaker")
    return told if speakers is None else f"{told} by clip, {interval(speakers)} by speaker"


def print_sealed(block: dict[str, Any]) -> None:
    """The intervals that the looks at the test leave, from the block ``sealed``."""
    models = block["models"]
    click.echo(f"corrected for {models} model{'s' * (models != 1)} looked at on this test")
    for name in ("tpr", "fpr"):
        by_clip, by_speaker = interval(block[f"{name}_ci"]), interval(block[f"{name}_ci_by_speaker"])
        click.echo(f"  {name.upper()} {by_clip} by clip, {by_speaker} by speaker")
