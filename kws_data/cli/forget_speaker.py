"""``kws forget-speaker``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.options import json_option, print_json, recordings_option, tell, verb

if TYPE_CHECKING:
    from kws_data.provenance.forget import Forgotten

_SHOWN = 5


@verb("forget-speaker", "kws forget-speaker s01 --yes")
@click.argument("speaker", metavar="ID")
@click.option("--yes", is_flag=True, help="Do it. Without this nothing is changed: it says what would go.")
@click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs"),
    show_default=True,
    help="Folder with the runs, whose data sets are looked through.",
)
@click.option(
    "--exports",
    type=click.Path(path_type=Path, file_okay=False),
    multiple=True,
    help="A folder that audio was written out to; repeatable. Those on record are known.",
)
@click.option("--store-at", multiple=True, metavar="URL", help="A feature store that kws build --store-at filled.")
@click.option("--audio-at", multiple=True, metavar="URL", help="A copy of the audio that kws build --audio-at reads.")
@recordings_option
@json_option
def command(
    speaker: str,
    yes: bool,
    runs: Path,
    exports: tuple[Path, ...],
    store_at: tuple[str, ...],
    audio_at: tuple[str, ...],
    recordings: Path,
    as_json: bool,
) -> None:
    """Remove a person's audio, features and labels everywhere, and list each data set and model that heard them.

    ID is the pseudonym, or the name that was given to --speaker or to an import. Data sets with the person are removed
    whole; models and firmware images stay and are listed, to be trained again. A keyed hash of the pseudonym stays, so
    that importing the same folder does not bring the person back. Safe to interrupt: call it again.
    """
    from kws_data.catalog.catalog import Catalog
    from kws_data.errors import CatalogError
    from kws_data.provenance.forget import Elsewhere, forget_speaker

    if not (recordings / "catalog.sqlite").exists():
        raise CatalogError("no catalogue here", str(recordings), "name its folder with --recordings")
    with Catalog(recordings) as catalog:
        elsewhere = Elsewhere(store_at, audio_at)
        forgotten = forget_speaker(catalog, speaker, runs, execute=yes, exports=exports, elsewhere=elsewhere)
    if as_json:
        print_json(forgotten.to_dict())
    else:
        _print(forgotten)


def _print(found: Forgotten) -> None:
    if not found.known:
        tell(f"{found.speaker} was forgotten before" + ("; the catalogue was written anew" if found.done else ""))
    else:
        _print_removed(found)
    from kws_data.provenance.forget import RETRAIN
    from kws_data.provenance.register import lies_there

    there_first = sorted(found.heard_in, key=lambda one: not any(lies_there(one[0], p.path) for p in one[0].places))
    for artifact, clips in there_first:
        tell(f"{artifact.kind} {artifact.name} heard {clips} clips of theirs: {RETRAIN[artifact.kind]}")
        tell(f"    {artifact.id}")
        for place in artifact.places:
            tell(f"    {place.path}" + ("" if lies_there(artifact, place.path) else " (no longer there)"))
    if found.known and not found.done:
        click.echo("nothing was changed; add --yes to do it")


def _print_removed(found: Forgotten) -> None:
    held, verb = found.holdings, "removed" if found.done else "would remove"
    click.echo(
        f"{verb} {len(held.clips)} clips, {len(held.audio)} audio files, {len(held.sessions)} sessions,"
        f" {len(held.profiles)} profiles, {len(held.files)} notes of imported files"
        + (f", {found.feature_rows} rows of features" if found.done else "")
    )
    if held.shared_audio:
        tell(f"{len(held.shared_audio)} audio files stay: other people's clips have the same samples")
    for folder in found.folders:
        what = "the cached teacher" if folder.parent.name == "teachers" else "the data set"
        tell(f"{verb} {what} in {folder}")
    for file in found.exported.files[:_SHOWN]:
        tell(f"{verb} {file}")
    if len(found.exported.files) > _SHOWN:
        tell(f"… and {len(found.exported.files) - _SHOWN} more exported files; --json lists them")
    for file in found.exported.lists:
        tell(f"{verb} their lines in {file}")
