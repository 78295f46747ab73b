"""The slices of a run: its clips joined with what is known and heard of them, searched, and told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.dataset.manifest import read_manifest
from kws_data.errors import DataError
from kws_data.evaluation.predictions import DEVICE, DEVICE_PART, HOST_PART, INT8, Predictions, read_predictions
from kws_data.features.load import load_audio_clips, load_features
from kws_data.progress import Progress, no_progress
from kws_data.scores import FIRST_KEYWORD
from kws_data.slices.attributes import columns_of
from kws_data.slices.cells import named
from kws_data.slices.cut import Part, SearchSettings
from kws_data.slices.fairness import EqualOpportunity, equal_opportunity, worst_slice
from kws_data.slices.measured import measure
from kws_data.slices.record_next import RecordNext, record_next
from kws_data.slices.rows import SliceRow, row_of
from kws_data.slices.search import FoundSlice, SearchResult, search
from kws_data.slices.sentences import sentences
from kws_data.slices.slice_report import FALSE_ACCEPTS, MISSED, KindSlices, SliceReport
from kws_data.slices.table import AttributeTable, table_of


@dataclass(frozen=True)
class SlicedClips:
    """Clips of a run with all that is known of them.

    Attributes:
        table: their attributes.
        keyword: bool ``[clips]``: whether a keyword is said.
        wrong: bool ``[clips]``: a keyword that is not detected as itself, or another clip in which any is.
        speakers: pseudonym of each clip's speaker; of noise, of its recording.
    """

    table: AttributeTable
    keyword: NDArray[np.bool_]
    wrong: NDArray[np.bool_]
    speakers: NDArray[np.str_]


def slices_of_run(
    run_dir: Path,
    rate_hz: int,
    engine: str = INT8,
    split: str = "test",
    settings: SearchSettings | None = None,
    by: Sequence[str] = (),
    progress: Progress = no_progress,
) -> SliceReport:
    """Which clips of a run fail.

    Args:
        run_dir: ``runs/<name>``, after *evaluate* (for ``device`` after *device-eval*).
        rate_hz: sample rate of its clips.
        engine: ``int8``, ``float`` or ``device``.
        split: ``test`` or, of the host's engines, ``validation``.
        settings: of the search.
        by: attributes to cut by; all that tell clips apart when empty.
        progress: told how many clips are measured.

    Raises:
        DataError: a step has not run, or its result is of another data set; no clips of this engine and split; no such
            attribute.
    """
    clips = read_clips(run_dir, rate_hz, engine, split, progress)
    if by:
        clips = replace(clips, table=clips.table.only(by))
    return slice_report(clips, engine, split, settings or SearchSettings())


def read_clips(
    run_dir: Path, rate_hz: int, engine: str = INT8, split: str = "test", progress: Progress = no_progress
) -> SlicedClips:
    """The clips of a run; arguments and errors as :func:`slices_of_run`.

    THE ONE PLACE where slices look at test rows: who records such looks does so before it is called.
    """
    part, verb = (DEVICE_PART, "device-eval") if engine == DEVICE else (HOST_PART, "run --until evaluate")
    rows = read_predictions(run_dir / "report" / part, verb).of(engine, split)
    if not len(rows):
        raise DataError("nothing was measured of this engine on this split", f"{engine}, {split}", f"call kws {verb}")
    dataset = run_dir / "dataset"
    place = {str(clip): index for index, clip in enumerate(load_features(dataset, split).clip_ids)}
    known = {row["clip_id"]: row for row in read_manifest(dataset) if row["split"] == split}
    for clip in rows.clip_ids.tolist():
        if clip not in place or clip not in known:
            raise DataError("predictions are of another data set", clip, "call kws run, which measures again")
    manifest = [known[clip] for clip in rows.clip_ids.tolist()]
    audio = load_audio_clips(dataset, split)
    heard = measure((audio[place[clip]] for clip in rows.clip_ids.tolist()), len(rows), rate_hz, progress)
    return SlicedClips(
        table=table_of(columns_of(manifest, heard, rate_hz)),
        keyword=rows.y >= FIRST_KEYWORD,
        wrong=_wrong(rows),
        speakers=np.array([row["speaker"] for row in manifest], np.str_),
    )


def _wrong(rows: Predictions) -> NDArray[np.bool_]:
    """Decided wrongly at the frozen threshold."""
    return np.where(rows.y >= FIRST_KEYWORD, rows.detected != rows.y, rows.detected >= 0)


def slice_report(clips: SlicedClips, engine: str, split: str, settings: SearchSettings) -> SliceReport:
    """Search the clips, and say what was found; raises DataError as :func:`kws_data.slices.search.search`."""
    parts = [part for part in (_part(clips, kind) for kind in (MISSED, FALSE_ACCEPTS)) if len(part.wrong)]
    found = search(parts, settings)
    kinds = {part.kind: _kind(part, found) for part in parts}
    missed, worst = kinds.get(MISSED), None
    equal: tuple[EqualOpportunity, ...] = ()
    wanted: tuple[RecordNext, ...] = ()
    if missed is not None:
        alone = [row for rows in missed.by.values() for row in rows]
        worst = worst_slice(missed.everything, alone, missed.found, settings.least_speakers)
        equal = equal_opportunity(missed.by, settings.least_clips, settings.least_speakers)
        wanted = record_next(missed.everything, missed.worst, worst, alone, missed.correlation)
    return SliceReport(
        engine=engine,
        split=split,
        depth=settings.depth,
        least_clips=settings.least_clips,
        least_speakers=settings.least_speakers,
        alpha=settings.alpha,
        missed=missed,
        false_accepts=kinds.get(FALSE_ACCEPTS),
        worst=worst,
        equal_opportunity=equal,
        record_next=wanted,
        sentences=sentences(list(kinds.values()), worst, equal, wanted, found.weakest),
    )


def _part(clips: SlicedClips, kind: str) -> Part:
    chosen = clips.keyword if kind == MISSED else ~clips.keyword
    _, speaker = np.unique(clips.speakers[chosen], return_inverse=True)
    return Part(kind, clips.table.rows(chosen), clips.wrong[chosen], speaker)


def _kind(part: Part, result: SearchResult) -> KindSlices:
    everything = np.ones(len(part.wrong), np.bool_)
    listed = [(one, True) for one in result.found] + [(one, False) for one in result.suspects]
    return KindSlices(
        kind=part.kind,
        everything=row_of(part, everything, {}),
        by={name: _groups(part, place, result) for place, name in enumerate(part.table.names)},
        worst=tuple(_row(part, one, found) for one, found in listed if one.kind == part.kind),
        tested=result.tested[part.kind],
        folded=result.folded[part.kind],
        correlation=round(result.correlation[part.kind], 6),
        dropped=part.table.dropped,
    )


def _groups(part: Part, place: int, result: SearchResult) -> tuple[SliceRow, ...]:
    rows, found = [], [dict(one.conditions) for one in result.found if one.kind == part.kind]
    for value in range(len(part.table.levels[place])):
        conditions = named(part.table, [place], [value])
        p = result.alone[part.kind].get(next(iter(conditions.items())))
        rows.append(row_of(part, part.table.codes[place] == value, conditions, p, conditions in found))
    return tuple(rows)


def _row(part: Part, one: FoundSlice, found: bool) -> SliceRow:
    row = row_of(part, part.table.holding(one.conditions), one.conditions, one.p, found, one.within)
    return replace(row, rest=one.rest)
