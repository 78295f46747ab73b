"""``kws label page``, which is ``kws label``."""

from __future__ import annotations

import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.options import Number, config_here, json_option, print_json, recordings_option, say, tell, verb

if TYPE_CHECKING:
    from kws_data.config.config import Config
    from kws_data.web.label.desk import LabelWork

PORT = 8020


@verb("page", "kws label page configs/demo.yaml --clips found")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@recordings_option
@click.option(
    "--clips",
    "which",
    metavar="unlabelled|found|selected|review|all|FILE",
    default="unlabelled",
    show_default=True,
    help="Clips without a label, those the last kws audit found, those the last kws select chose, those whose label a"
    " new guideline touches, all (of CONFIG, where it is named and its own are here), or a file of ids.",
)
@click.option("--word", default=None, help="Only clips that have this word now.")
@click.option("--twice", type=Number(0, 1), help="Share that two people label, blind. [default: as before, first 0.1]")
@click.option("--seed", type=int, help="Draws the clips that two people label. [default: as before, first 0]")
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen here; beyond this machine with a token.")
@click.option("--port", type=click.IntRange(0, 65_535), default=PORT, show_default=True, help="0 for any that is free.")
@click.option("--name", "names", multiple=True, help="Further name by which browsers reach it; repeatable.")
@click.option("--open", "opened", is_flag=True, help="Open the page in this machine's browser.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    config_file: Path | None,
    recordings: Path,
    which: str,
    word: str | None,
    twice: float | None,
    seed: int | None,
    host: str,
    port: int,
    names: tuple[str, ...],
    opened: bool,
    as_json: bool,
) -> None:
    """Serve a page in which people label clips, until Ctrl-C, which ends it with a summary and exit code 0.

    A clip plays at once, with waveform and spectrogram; every label has a key, Enter takes the model's suggestion, T
    cuts to the word, U takes the last answer back. Several people label at once, each unseen by the others; a share of
    the clips goes to two of them, and an adjudicator decides where they disagree: on disputed clips of the whole
    catalogue, whatever --clips says. Answers are kept in the browser until the catalogue has them. The labels of
    CONFIG's keywords have a key each, without CONFIG those of the catalogue's most frequent words. kws label apply then
    takes settled labels over into the catalogue.
    """
    from kws_data.web.guard import access_for
    from kws_data.web.label.app import label_app
    from kws_data.web.label.desk import LabelDesk
    from kws_data.web.serve import address_of, listening, serve

    config = config_here(config_file, ()) if config_file is not None else None
    given = ctx.get_parameter_source("recordings") is click.core.ParameterSource.COMMANDLINE
    folder = Path(config.data.recordings) if config is not None and not given else recordings
    work = _work(folder, config, which, word, twice, seed)
    access, at = access_for(host, names), listening(host, port)
    address, count = address_of(at, host, access), len(work.queue.clip_ids)
    disputed = len(work.queue.disputed_ids)

    def ready() -> None:
        if as_json:
            print_json({"address": address, "clips": count, "disputed": disputed, "words": list(work.words)})
        else:
            more = f", and {disputed:,} in dispute for an adjudicator" if disputed else ""
            tell(f"{address} has {count:,} clips to label{more}; open it in a browser. Ctrl-C ends it")
        if access.token:
            say("whoever has this address can hear the clips and label them: give it to nobody else")
        if opened:
            webbrowser.open(address)

    try:
        with LabelDesk(work) as desk:
            with suppress(KeyboardInterrupt):  # the one way to end it
                serve(label_app(desk), access, at, ready)
            answers, now = desk.later(desk.summary).result()
    finally:
        at.close()
    many = "1 answer" if answers == 1 else f"{answers:,} answers"
    told = f"the page is no longer served: {many} this time, {now.settled:,} of {now.total:,} clips are settled"
    (say if as_json else tell)(f"{told}; kws label apply takes labels over")


def _work(
    folder: Path, config: Config | None, which: str, word: str | None, twice: float | None, seed: int | None
) -> LabelWork:
    """What is labelled; which clips two people label is noted in the catalogue."""
    from kws_data.cli.label.opened import catalog_here
    from kws_data.labelling.doubled import Doubled, keep_doubled, kept_doubled
    from kws_data.labelling.guideline import guideline_in_force
    from kws_data.labelling.queue import QueueSettings
    from kws_data.web.label.clips import REVIEW, SELECTED, chosen_clips, disputed_clips, words_with_button
    from kws_data.web.label.desk import LabelWork

    with catalog_here(folder) as catalog:
        catalog.check_writable()
        disputed = disputed_clips(catalog, word)
        ids = chosen_clips(catalog, which, word, config, say, may_be_none=bool(disputed))
        chosen = set(ids)
        kept = kept_doubled(catalog)
        doubled = Doubled(kept.share if twice is None else twice, kept.seed if seed is None else seed)
        keep_doubled(catalog, doubled)
        since = guideline_in_force(catalog).version if which == REVIEW else None
        words = words_with_button(catalog, config)
    name = config.name if config is not None else folder.resolve().name
    why = SELECTED if which == SELECTED else "labelled"
    others = tuple(one for one in disputed if one not in chosen)
    queue = QueueSettings(ids, doubled.share, doubled.seed, since, why, others)
    return LabelWork(folder, queue, words, name)
