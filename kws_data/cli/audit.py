"""``kws audit``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.audit_batches import list_audits, undo_audit
from kws_data.cli.options import (
    Number,
    config_here,
    is_default,
    json_option,
    print_json,
    progress_bars,
    recordings_option,
    same_call,
    say,
    tell,
    verb,
    workers_option,
)

if TYPE_CHECKING:
    from kws_data.catalog.catalog import Catalog
    from kws_data.config.config import Config
    from kws_data.quality.audit.result import Audit

EXAMPLES = 2


@verb("audit", "kws audit configs/demo.yaml --page audit.html; kws audit configs/demo.yaml --apply")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting; repeatable.")
@recordings_option
@click.option("--run", type=click.Path(path_type=Path), help="A run: its splits, and the clips that it finds easy.")
@click.option(
    "--checks",
    metavar="FAMILIES",
    default=None,
    help="Only these, with commas: readable, signal, edges, copies, stale, outliers, labels, coverage.",
)
@click.option("--no-encoder", is_flag=True, help="Judge labels without the encoder, as where it is not installed.")
@click.option(
    "--apply",
    "applied",
    type=click.Choice(["clips", "label-errors"]),
    is_flag=False,
    flag_value="clips",
    default=None,
    help="Set aside what is to be; label-errors: likely label errors too. CONFIG stands before it.",
)
@click.option(
    "--confidence", type=Number(0, 1), default=None, help="From which label errors are set aside.  [default: 0.8]"
)
@click.option("--undo", "undone", metavar="BATCH", type=int, help="Bring back what a batch has set aside.")
@click.option("--list", "listed", is_flag=True, help="List the audits that there were.")
@click.option("--page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with plots and examples.")
@click.option("--no-audio", is_flag=True, help="Leave the sounds out of the page.")
@workers_option
@json_option
def command(config_file: Path | None, recordings: Path, undone: int | None, listed: bool, **options: Any) -> int:
    """Find what is wrong with the clips of CONFIG, or of the whole catalogue: unreadable, truncated, of a wrong rate,
    silent, clipped, humming, cut off, doubled, unlike the others, wrongly labelled, stale; and who is missing.

    Each finding has a reason, a value and a suggested action: set aside, relabel, look or none. They go into the
    catalogue (kws label --clips found shows those to be relabelled). --apply sets clips aside, it deletes none; --undo
    brings them back. Checks and their limits: kws_data/docs/audit.md.
    """
    from kws_data.catalog.catalog import Catalog
    from kws_data.errors import CatalogError

    _check_options(config_file, listed, undone, options)
    config = config_here(config_file, options["overrides"]) if config_file else None
    folder = Path(config.data.recordings) if config and is_default("recordings") else recordings
    if not (folder / "catalog.sqlite").exists():
        raise CatalogError("no catalogue here", str(folder), "fill one with kws import, synth or record")
    with Catalog(folder) as catalog:
        if listed:
            list_audits(catalog, options["as_json"])
        elif undone is not None:
            undo_audit(catalog, undone, options["as_json"])
        else:
            _audit(catalog, config, options)
    return 0


def _check_options(config_file: Path | None, listed: bool, undone: int | None, options: dict[str, Any]) -> None:
    """Refuse options that would do nothing."""
    given = {"--list": listed, "--undo": undone is not None, "--apply": options["applied"]}
    given |= {f"--{name}": options[name] for name in ("page", "checks", "run")}
    asked = [name for name, there in given.items() if there]
    if len(asked) > 1 and asked[0] in ("--list", "--undo"):
        raise click.UsageError(f"{asked[0]} and {asked[1]} are calls of their own: leave one out")
    if options["overrides"] and config_file is None:
        raise click.UsageError("--set changes a configuration: name a CONFIG")
    if options["confidence"] is not None and options["applied"] != "label-errors":
        raise click.UsageError("--confidence belongs to --apply label-errors")
    if options["no_audio"] and options["page"] is None:
        raise click.UsageError("--no-audio belongs to --page")


def _audit(catalog: Catalog, config: Config | None, options: dict[str, Any]) -> None:
    from kws_data.interrupts import remembered_interrupts
    from kws_data.quality.audit.apply import CONFIDENCE, kept_findings, to_set_aside
    from kws_data.quality.audit.audit import audit
    from kws_data.quality.audit.result import AuditSettings

    run, families = options["run"], _families(options["checks"])
    settings = AuditSettings(config, run, families, options["workers"], not options["no_encoder"])
    with remembered_interrupts() as check:
        with progress_bars() as bars:

            def progress(stage: str, count: int, total: int) -> None:
                check()
                bars(stage, count, total)

            done = audit(catalog, settings, progress)
        check()
    batch, changed = kept_findings(catalog, done, config.name if config else "the whole catalogue"), 0
    if options["applied"]:
        least = options["confidence"] if options["confidence"] is not None else CONFIDENCE
        changes = to_set_aside(done.findings, least if options["applied"] == "label-errors" else None)
        changed = catalog.changes.apply(batch, changes)
    if options["page"]:
        from kws_data.quality.audit.page import audit_page

        _write_page(options["page"], audit_page(done, catalog, sounds=not options["no_audio"]))
    if options["as_json"]:
        print_json({"batch": batch, "set_aside": changed, **done.to_dict()})
        return
    _show(done)
    _what_next(done, batch, changed, options, catalog)


def _families(names: str | None) -> tuple[str, ...]:
    from kws_data.errors import DataError
    from kws_data.quality.audit.checks import FAMILIES

    if names is None:
        return tuple(FAMILIES)
    wanted = tuple(name.strip() for name in names.split(",") if name.strip())
    if not wanted:
        raise click.UsageError(f"--checks names none: it takes {', '.join(FAMILIES)}")
    for name in wanted:
        if name not in FAMILIES:
            raise DataError("no such checks", name, f"--checks takes {', '.join(FAMILIES)}")
    return wanted


def _write_page(path: Path, page: str) -> None:
    from firmware_tools.atomic import write_bytes
    from kws_data.errors import DataError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, page.encode())
    except OSError as error:
        raise DataError("page cannot be written", str(path), error.strerror or str(error)) from None


def _show(done: Audit) -> None:
    from kws_data.cli.terminal.table import print_table

    print_table(
        [
            {
                "found": reason,
                "clips": f"{len({one.clip_id for one in found}):,}",
                "to do": "; ".join(dict.fromkeys(one.action for one in found)),
                "such as": ", ".join(
                    f"{done.clips[one.clip_id].origin or one.clip_id} ({one.detail})" for one in found[:EXAMPLES]
                )[:110],
            }
            for reason, found in done.by_reason().items()
        ]
    )
    for group in done.thin[:5]:
        tell(f"{group.reason}: {group.sentence}")
    if len(done.thin) > 5:
        tell(f"{len(done.thin) - 5} more such groups: --json or --page lists all")
    for note in done.notes:
        say(note)


def _of(catalog: Catalog) -> str:
    """The option that names the catalogue, where it is not the usual one."""
    usual = str(catalog.folder) == "recordings"
    return "" if usual else " " + shlex.join(["--recordings", str(catalog.folder)])


def _what_next(done: Audit, batch: int, changed: int, options: dict[str, Any], catalog: Catalog) -> None:
    from kws_data.quality.audit.apply import to_set_aside

    wrong = {one.clip_id for one in done.findings}
    tell(f"{len(done.clips):,} clips, something found of {len(wrong):,}; batch {batch}")
    if changed:
        back = f"kws audit --undo {batch}{_of(catalog)}"
        tell(f"{changed:,} clips set aside; {back} brings them back; kws build makes the data set anew")
    elif options["applied"]:
        tell("nothing was to be set aside, so nothing has changed")
    elif least := len(to_set_aside(done.findings)):
        tell(f"next: {same_call('--apply')} sets {least:,} clips aside")
    _who_hears(done, options, catalog)


def _who_hears(done: Audit, options: dict[str, Any], catalog: Catalog) -> None:
    """What is left to people, after what was set aside."""
    from kws_data.catalog.changes import LOOK
    from kws_data.labelling.audited import found_clips, in_doubt

    if heard := found_clips(catalog):
        doubted = sum(in_doubt(one) for one in heard.values())
        first = f" to be heard, first the {doubted:,}" if 0 < doubted < len(heard) else ""
        what = f"{first} whose word is in doubt" if doubted else " to be heard"
        tell(f"next: kws label --clips found{_of(catalog)} has {len(heard):,} clips{what}")
    if options["page"]:
        tell(f"page: {options['page']}")
        return
    used = {clip.id for clip in catalog.clips()}
    if look := {one.clip_id for one in done.findings if one.action == LOOK and one.clip_id in used}:
        call = same_call("--page", "audit.html", without=("applied", "confidence"))
        tell(f"next: {call} shows the {len(look):,} that are worth a look")
