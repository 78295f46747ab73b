"""Whether a test split still holds nobody and nothing of training: asked each time before it is measured on.

A build audits what it writes (``kws_data.dataset.leaks``). Since then the manifest may have been changed by hand, or
the catalogue may have learnt which clips are near-duplicates. Only what is written down is looked at, no audio: about
a second for a hundred thousand clips.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.compared_pairs import short_hashes
from kws_data.catalog.near_duplicates import compared_pairs
from kws_data.config.split import Trace
from kws_data.dataset.groups import DISJOINT
from kws_data.dataset.manifest import read_columns
from kws_data.dataset.negative_table import read_negatives
from kws_data.errors import LeakError
from kws_data.labels import is_nobodys
from kws_data.run_folder import DATASET_FILE, NEGATIVES_FILE, read_json

TEST = "test"
SHOWN = 10
_COLUMNS = ("clip_id", "split", "word", "speaker", "synthetic", "audio_sha256", "attributes")


@dataclass(frozen=True)
class Leak:
    """A test clip and one that stands elsewhere, and what they share."""

    test_clip: str
    other_clip: str
    other_split: str
    why: str

    def __str__(self) -> str:
        return f"{self.test_clip} and {self.other_clip} of {self.other_split} ({self.why})"


class _Row(NamedTuple):
    """What betrays kin of one clip; ``traces`` are a kind and a name each."""

    clip: str
    split: str
    word: str
    audio: str
    traces: tuple[str, ...]


def check_held_out(dataset_dir: Path | str, recordings: Path | str) -> None:
    """Refuse a test split that shares a speaker, a voice, a recording or a near-duplicate with any other split.

    Args:
        dataset_dir: of the data set.
        recordings: folder of the catalogue, which knows what was played into boards and what is nearly the same.

    Raises:
        LeakError: naming up to ten pairs of clips.
        DataError: the data set is not built.
        CatalogError: the catalogue cannot be read.
    """
    with Catalog(recordings) as catalog:
        found = leaks(dataset_dir, catalog)
    if not found:
        return
    clips = len({leak.test_clip for leak in found})
    more = f" and {len(found) - SHOWN} pairs more" if len(found) > SHOWN else ""
    raise LeakError(
        f"the test split leaks: {clips:,} of its clips are kin of others, so it proves nothing",
        "; ".join(map(str, found[:SHOWN])) + more,
        "call kws build, which splits anew and keeps kin together",
    )


def leaks(dataset_dir: Path | str, catalog: Catalog) -> list[Leak]:
    """Pairs of a test clip and a clip elsewhere that share what this data set says no two splits share; each test
    clip once, by the first thing that betrays it. Raises as :func:`check_held_out`."""
    info = read_json(Path(dataset_dir) / DATASET_FILE, "build")
    disjoint = cast("Sequence[Trace]", info.get("split", {}).get("disjoint", DISJOINT))
    rows = [*_rows_of(dataset_dir, disjoint, catalog.played()), *_negatives(dataset_dir)]
    test, others = ([row for row in rows if (row.split == TEST) is tested] for tested in (True, False))
    found = {leak.test_clip: leak for leak in reversed(_shared(test, others))}
    if "near_duplicate" in disjoint:
        found = {leak.test_clip: leak for leak in _near(test, others, catalog)} | found
    return [found[clip] for clip in sorted(found)]


def _rows_of(dataset_dir: Path | str, disjoint: Sequence[Trace], played: Mapping[str, str]) -> list[_Row]:
    columns = read_columns(dataset_dir, *_COLUMNS)
    rows = []
    for clip, split, word, speaker, synthetic, audio, attributes in zip(*columns.values(), strict=True):
        traces = [f"samples {audio}", f"clip {played.get(clip, clip)}"]
        if not is_nobodys(word):  # noise, and silence cut from it, is nobody's
            traces.append(f"speaker {speaker}")
            if synthetic and "voice" in disjoint:
                traces.append(f"voice {_variant(attributes)}")
        rows.append(_Row(clip, split, word, audio, tuple(traces)))
    return rows


def _variant(attributes: str) -> Any:
    return json.loads(attributes or "{}").get("variant", "")


def _negatives(dataset_dir: Path | str) -> list[_Row]:
    """People in the hours without a keyword: whom training has heard there must not be tested."""
    if not (Path(dataset_dir) / NEGATIVES_FILE).exists():
        return []
    rows = []
    for split in ("train", "validation", TEST):
        for row in read_negatives(dataset_dir, split, ["clip_id", "speaker"]):
            if row["speaker"]:
                rows.append(_Row(row["clip_id"], split, "_", "", (f"speaker {row['speaker']}",)))
    return rows


def _shared(test: Sequence[_Row], others: Iterable[_Row]) -> list[Leak]:
    """Leaks by a trace that two rows have in common, those by samples first."""
    wanted: dict[str, list[str]] = {}
    for row in test:
        for trace in row.traces:
            wanted.setdefault(trace, []).append(row.clip)
    found = [
        (place, Leak(clip, other.clip, other.split, _told(trace)))
        for other in others
        for place, trace in enumerate(other.traces)
        if trace in wanted
        for clip in wanted.pop(trace)
    ]
    return [leak for _, leak in sorted(found, key=lambda one: (one[0], one[1].test_clip))]


def _told(trace: str) -> str:
    kind, _, name = trace.partition(" ")
    return {"samples": "the same samples", "clip": "the same clip, played"}.get(kind, f"{kind} {name}")


def _near(test: Sequence[_Row], others: Sequence[_Row], catalog: Catalog) -> list[Leak]:
    """Leaks by near-duplicates that the catalogue has met."""
    said, elsewhere = ([row for row in rows if not is_nobodys(row.word)] for rows in (test, others))
    some, rest = (short_hashes(np.array([row.audio for row in rows], "S64")) for rows in (said, elsewhere))
    pairs = compared_pairs(catalog.folder).same_between(some, rest)
    return [
        Leak(said[one].clip, elsewhere[other].clip, elsewhere[other].split, "the same recording, nearly")
        for one, other in pairs.tolist()
    ]
