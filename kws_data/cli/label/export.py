"""``kws label export``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.label.opened import catalog_here
from kws_data.cli.options import json_option, print_json, progress_bars, recordings_option, tell, verb

if TYPE_CHECKING:
    from kws_data.catalog.clips import Clip

MOST_LABELS = 30  # of the catalogue's words, where nobody says which


@verb("export", "kws label export --to label-studio for-label-studio --label yes --label no")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--to", "tool", type=click.Choice(["label-studio"]), default="label-studio", show_default=True)
@recordings_option
@click.option(
    "--label", "labels", multiple=True, help="A word to offer; repeatable. The catalogue's words if left out."
)
@click.option("--word", "words", multiple=True, help="Send clips that are called this today; repeatable.")
@click.option(
    "--clips",
    "id_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Send the clips whose ids stand in this file, one a line.",
)
@click.option("--force", is_flag=True, help="Replace an export that is there; other files in its folder stay.")
@json_option
def command(
    folder: Path,
    tool: str,
    recordings: Path,
    labels: tuple[str, ...],
    words: tuple[str, ...],
    id_file: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write clips for Label Studio into FOLDER: audio, tasks with what machines suggest, and the labelling interface.

    Without --word and --clips it sends the clips that have no label. What people have said is not in it. What comes
    back is read by kws label import.
    """
    from kws_data.labelling.label_studio import MARKER, export_tasks, replace_export
    from kws_data.labelling.labels import checked_label
    from kws_data.release.new_folder import beside, new_folder

    with catalog_here(recordings) as catalog:
        every = catalog.clips(with_set_aside=True)
        chosen = _chosen(every, words, id_file)
        offered = [checked_label(one) for one in labels] or _words_of(every)
        older = force and (folder / MARKER).is_file() and not folder.is_symlink()
        place = beside(folder) if older else new_folder(folder, marker=MARKER, replace=force)
        with place as fresh, progress_bars() as progress:
            export_tasks(catalog, chosen, offered, fresh, progress)
            if older:
                replace_export(fresh, folder)
    if as_json:
        print_json({"folder": str(folder), "tool": tool, "clips": len(chosen), "labels": offered})
        return
    tell(f"wrote {folder}: {len(chosen):,} clips, to be called {', '.join(offered) or 'by the special labels'}")
    tell(f"next: {folder / 'README.md'}")


def _chosen(every: Sequence[Clip], words: tuple[str, ...], id_file: Path | None) -> list[Clip]:
    from kws_data.errors import DataError
    from kws_data.labelling.labels import WITHOUT_LABEL
    from kws_data.labelling.listed_clips import check_there, clips_by_line

    if id_file is not None:
        ids = clips_by_line(id_file)
        there = {clip.id: clip for clip in every}
        check_there(ids, there)
        return [there[one] for one in ids]
    wanted = set(words) or set(WITHOUT_LABEL)
    chosen = [clip for clip in every if clip.word in wanted and (not clip.reasons or not words)]
    lost = [word for word in words if all(clip.word != word for clip in chosen)]
    if lost or not chosen:
        what = f"called {', '.join(lost)}" if lost else "without a label"
        raise DataError("no clip to send", what, "name words with --word, or clips with --clips")
    return chosen


def _words_of(every: Sequence[Clip]) -> list[str]:
    """Words of the catalogue that people say, the most frequent first."""
    said = Counter(clip.word for clip in every if clip.word[:1] not in ("_", "("))
    return [word for word, _ in said.most_common(MOST_LABELS)]
