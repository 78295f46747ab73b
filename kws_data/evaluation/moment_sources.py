"""Whose sound is heard in a moment: the clip of the word, and the recording around it, from the data set's tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kws_data.dataset.manifest import ManifestRow, read_rows_of, told_of
from kws_data.dataset.negative_streams import has_negatives
from kws_data.dataset.negative_table import read_negatives
from kws_data.evaluation.moment_finder import Found
from kws_data.evaluation.moments import Moments
from kws_data.evaluation.stream_moments import IN_A_ROW, Candidate
from kws_data.run_folder import MANIFEST_FILE

_OF_NEGATIVE = ("kind", "recording", "speaker", "licence", "consent")
_PLACE = ("clip_id", "start_sample", "samples")


def with_sources(found: Found, dataset_dir: Path, split: str = "test") -> Moments:
    """The moments, each with whose sound it is; what the tables do not know is left out.

    Raises:
        DataError: a table of the data set cannot be read.
    """
    ids = {one.clip_id for one in found.chosen} | {one.part[0] for one in found.chosen if one.how == IN_A_ROW}
    clips = read_rows_of(dataset_dir, ids - {""}) if (dataset_dir / MANIFEST_FILE).exists() else {}
    wanted = {one.part[0] for one in found.chosen if one.how != IN_A_ROW}
    stretches = _stretches(dataset_dir, split, wanted) if has_negatives(dataset_dir) else {}
    moments = (replace(one.moment, sources=tuple(_sources(one, clips, stretches))) for one in found.chosen)
    return replace(found.moments, moments=tuple(moments))


def _stretches(dataset_dir: Path, split: str, recordings: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    wanted, rows = set(recordings), defaultdict(list)
    for row in read_negatives(dataset_dir, split, [*_OF_NEGATIVE, *_PLACE]):
        if row["recording"] in wanted:
            rows[row["recording"]].append(row)
    return rows


def _sources(
    one: Candidate, clips: Mapping[str, ManifestRow], stretches: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterable[dict[str, str]]:
    if one.clip_id in clips:
        snr = {} if one.snr_db is None else {"snr_db": f"{one.snr_db:.1f}"}
        yield {"what": "word", **told_of(clips[one.clip_id]), **snr}
    name, sample = one.part
    if one.how == IN_A_ROW:
        if name in clips and name != one.clip_id:
            yield {"what": "clip", **told_of(clips[name])}
        return
    rows = stretches.get(name, ())
    first = min((row["start_sample"] for row in rows), default=0)
    row = next((r for r in rows if 0 <= sample + first - r["start_sample"] < r["samples"]), None)
    if row is not None:
        yield {"what": "around it", "clip_id": str(row["clip_id"]), **_texts(row, _OF_NEGATIVE)}


def _texts(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    return {name: str(row[name]) for name in names if row[name] not in (None, "")}
