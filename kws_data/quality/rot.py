"""Redundant, obsolete and trivial clips: what a catalogue holds without being better for it.

Nothing is changed here: what is found is listed with its definition, to be set aside, deleted or left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from firmware_tools.levels import levels
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.folders import FolderId
from kws_data.errors import CatalogError
from kws_data.labels import is_nobodys
from kws_data.progress import Progress
from kws_data.provenance.register import lies_there

FAINT_RMS_DB = -60.0  # worth a look; only what is certainly silent is set aside unasked
CLIPPED_SHARE = 0.01
SHORT_MS = 250
THREADS, _BATCH = 2, 512
_LEVELS = ("rms_db", "clipped_share")


@dataclass(frozen=True)
class Reason:
    """Why clips count as one of the three: a name, what it means, their ids in order, and of copies the groups."""

    name: str
    definition: str
    clips: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Rot:
    """What was found; ``notes`` say what could not be looked at."""

    looked_at: int
    redundant: tuple[Reason, ...]
    obsolete: tuple[Reason, ...]
    trivial: tuple[Reason, ...]
    notes: tuple[str, ...] = ()

    @property
    def reasons(self) -> list[tuple[str, Reason]]:
        """(kind, reason) of all three kinds."""
        kinds = (("redundant", self.redundant), ("obsolete", self.obsolete), ("trivial", self.trivial))
        return [(kind, reason) for kind, reasons in kinds for reason in reasons]

    def to_dict(self) -> dict[str, Any]:
        """Plain values: counts and all ids."""
        document: dict[str, Any] = {"looked_at": self.looked_at}
        for kind in ("redundant", "obsolete", "trivial"):
            found = [reason for name, reason in self.reasons if name == kind]
            document[kind] = {
                "clips": len({identity for reason in found for identity in reason.clips}),
                "reasons": [
                    {**vars(reason), "clips": list(reason.clips), "count": len(reason.clips)} for reason in found
                ],
            }
        return {**document, "notes": list(self.notes)}


def find_rot(catalog: Catalog, easy_run: Path | None = None, progress: Progress | None = None) -> Rot:
    """Look through all clips that are not set aside and are words.

    Args:
        catalog: what is looked through.
        easy_run: ``runs/<name>`` with a data set and a model, which finds the clips that teach it nothing.
        progress: told (stage, done, total).

    Raises:
        CatalogError: stored audio is missing or damaged.
        DataError, BundleError: the run has no data set or model.
    """
    clips = [clip for clip in catalog.clips() if not is_nobodys(clip.word)]
    obsolete, notes = find_obsolete(catalog, clips)
    trivial = [*_by_levels(catalog, clips, progress)]
    if easy_run is not None:
        from kws_data.quality.easy_clips import DEFINITION, easy_clips

        trivial.append(Reason("easy", DEFINITION, tuple(easy_clips(easy_run, progress))))
    return Rot(len(clips), tuple(_redundant(catalog, clips)), tuple(obsolete), tuple(trivial), tuple(notes))


def _redundant(catalog: Catalog, clips: Sequence[Clip]) -> Iterator[Reason]:
    """Copies but for the first of each group. Recordings through boards are no copies of what was played."""
    from kws_data.catalog.near_duplicates import near_duplicate_groups

    first: dict[tuple[str, str], Clip] = {}
    for clip in clips:
        if not clip.parent:
            first.setdefault((clip.source, clip.origin), clip)
    originals = list(first.values())
    kept = {clip.audio_sha256: clip.id for clip in reversed(originals)}
    exact = [clip.id for clip in originals if kept[clip.audio_sha256] != clip.id]
    groups = tuple(tuple(sorted(group)) for group in near_duplicate_groups(catalog, originals))
    near = {identity for group in groups for identity in group[1:]}
    yield Reason("exact copy", "the same samples as another clip", tuple(sorted(exact)))
    definition = "the same recording as another clip: made louder, moved, re-encoded or resampled"
    yield Reason("near-duplicate", definition, tuple(sorted(near - set(exact))), groups)


def find_obsolete(catalog: Catalog, clips: Sequence[Clip]) -> tuple[list[Reason], list[str]]:
    """What is gone, taken again, or in no data set; and notes on what could not be looked at."""
    files = catalog.files_of_clips()
    folders = {folder for places in files.values() for folder, _ in places}
    lists = {folder for folder in folders if folder.kind == "urls"}
    away = {folder for folder in folders - lists if not Path(folder.path).is_dir()}
    notes = [f"folder is not there, so its files were not looked for: {one.path}" for one in _in_order(away)]
    notes += [f"addresses of a list are not asked whether they are still there: {one.path}" for one in _in_order(lists)]
    imported = {clip.source for clip in clips if clip.id in files}
    gone = [clip.id for clip in clips if _is_gone(clip, files.get(clip.id), away | lists, imported)]
    reasons = [
        Reason("file gone", "its file is no longer in the folder that it was imported from", tuple(gone)),
        Reason(
            "superseded",
            "a later recording of the same take by the same device is there",
            tuple(_superseded(clips)),
        ),
    ]
    datasets = [a for a in catalog.made.artifacts(kind="dataset") if any(lies_there(a, p.path) for p in a.places)]
    if datasets:
        used = {identity for dataset in datasets for identity in catalog.made.members(dataset.id)}
        used |= {clip.parent for clip in clips if clip.id in used}
        unused = tuple(clip.id for clip in clips if clip.id not in used)
        reasons.append(Reason("unused", f"in none of the {len(datasets)} data sets that lie on this disk", unused))
    else:
        notes.append("no data set is on record, so unused clips were not looked for")
    return reasons, notes


def _in_order(folders: Iterable[FolderId]) -> list[FolderId]:
    return sorted(folders, key=lambda folder: (folder.path, folder.kind))


def _is_gone(
    clip: Clip, places: Sequence[tuple[FolderId, str]] | None, unseen: set[FolderId], imported: set[str]
) -> bool:
    """Whether none of its files is left; ``unseen`` folders may hold one. An import forgets files that are gone, the
    clip stays."""
    if places is None:
        return clip.source in imported and not clip.parent and not clip.device
    return all(folder not in unseen and not Path(folder.place_of(name)).exists() for folder, name in places)


def _superseded(clips: Iterable[Clip]) -> Iterator[str]:
    """All but the last of several takes of one session with the same word and number.

    A recording through a board is no take: it has the number of the take that was played, whoever spoke that.
    """
    takes: dict[tuple[str, str, str, int], list[Clip]] = {}
    for clip in clips:
        if clip.session and not clip.parent and "take" in clip.attributes:
            key = (clip.session, clip.device, clip.word, int(clip.attributes["take"]))
            takes.setdefault(key, []).append(clip)
    for group in takes.values():
        group.sort(key=lambda clip: (len(clip.origin), clip.origin))  # numbered in the order of recording
        yield from (clip.id for clip in group[:-1])


def _by_levels(catalog: Catalog, clips: Sequence[Clip], progress: Progress | None) -> Iterator[Reason]:
    known = dict(_levels(catalog, clips, progress))
    faint = tuple(i for i, (rms_db, _) in known.items() if rms_db < FAINT_RMS_DB)
    clipped = tuple(i for i, (_, share) in known.items() if share > CLIPPED_SHARE)
    rates = catalog.sample_rates()
    short = tuple(c.id for c in clips if c.samples * 1_000 < SHORT_MS * rates[c.audio_sha256])
    definition = f"changes by less than {FAINT_RMS_DB:.0f} dB (RMS without offset): faint, silent or constant"
    yield Reason("faint", definition, faint)
    yield Reason("clipped", f"more than {CLIPPED_SHARE:.0%} of its samples at full scale", clipped)
    yield Reason("short", f"shorter than {SHORT_MS} ms: no word", short)


def _levels(
    catalog: Catalog, clips: Sequence[Clip], progress: Progress | None
) -> Iterator[tuple[str, tuple[float, float]]]:
    """RMS (dB) and share of clipped samples of each clip: as noted when it came in, or measured now."""
    unknown = []
    for clip in clips:
        if all(isinstance(clip.attributes.get(key), int | float) for key in _LEVELS):
            yield clip.id, (float(clip.attributes["rms_db"]), float(clip.attributes["clipped_share"]))
        else:
            unknown.append(clip)

    def measured(clip: Clip) -> tuple[str, tuple[float, float]]:
        samples = catalog.load(clip)
        if not samples.size:
            raise CatalogError("stored audio is empty", clip.id, "import it again")
        heard = levels(samples)
        return clip.id, (heard.rms_db, heard.clipped_share)

    waiting, done = iter(unknown), 0
    with ThreadPoolExecutor(THREADS) as pool:
        while batch := list(islice(waiting, _BATCH)):
            yield from pool.map(measured, batch)
            done += len(batch)
            if progress:
                progress("levels", done, len(unknown))
