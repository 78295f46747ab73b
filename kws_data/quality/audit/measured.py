"""Measures of all clips: from what is kept, the rest measured by worker processes, a shard of the store at a time.

What is finished stays, whatever ends the work; rows are the same for any number of workers. With each row its file's
size and time of change are kept: a file that has others is read again, one that is gone is not taken for whole.
"""

from __future__ import annotations

import stat
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.audio_store import audio_path, load_audio
from kws_data.catalog.measures import KeptMeasures
from kws_data.errors import CatalogError
from kws_data.progress import Progress, no_progress
from kws_data.quality.audit.measure import MEASURES, measure
from kws_data.system.code_version import code_hash
from kws_data.system.processes import worked_through

STAGE = "levels, bands and edges"
FEW = 1_000  # clips that are measured sooner than processes start

#: What is kept of a clip: its measures, and the file that they are of (bytes, nanoseconds since 1970).
KEPT = np.dtype([*MEASURES.descr, ("file_bytes", "<i8"), ("file_changed_ns", "<i8")])

Shard = tuple[str, tuple[tuple[str, int], ...]]


@dataclass(frozen=True)
class Measured:
    """Rows of :data:`KEPT` by audio hash, and why other audio could not be read."""

    rows: NDArray[np.void]
    failures: Mapping[str, str] = field(default_factory=dict)

    def by_audio(self) -> dict[str, NDArray[np.void]]:
        """The row of each hash."""
        return {bytes(row["audio"]).decode(): row for row in self.rows}


def measured(folder: Path, rates_hz: Mapping[str, int], workers: int = 2, progress: Progress | None = None) -> Measured:
    """Rows of stored audio.

    Args:
        folder: of the catalogue.
        rates_hz: sample rate of each audio, by hash.
        workers: processes.
        progress: told how far it is.

    Raises:
        DataError: a worker process was killed.
    """
    kept = KeptMeasures(folder, f"audit-{code_hash(measure)[:12]}", KEPT)
    tell, wanted = progress or no_progress, _shards(rates_hz)
    missing = [(shard, tuple(lacking)) for shard, audio in wanted if (lacking := _lacking(kept, shard, audio))]
    if missing:
        kept.drop_older()
    total, done, failures = sum(len(audio) for _, audio in missing), 0, dict[str, str]()
    work = partial(_measure_shard, kept)
    few = workers <= 1 or total < FEW
    for count, bad in map(work, missing) if few else worked_through(work, missing, workers):
        done += count
        failures.update(bad)
        tell(STAGE, done, total)
    readable = rates_hz.keys() - failures.keys()
    parts = [_chosen(kept.read(shard), readable) for shard, _ in wanted]
    return Measured(np.concatenate([np.zeros(0, KEPT), *parts]), dict(sorted(failures.items())))


def _shards(rates_hz: Mapping[str, int]) -> list[Shard]:
    shards: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for sha256 in sorted(rates_hz):
        shards[sha256[:2]].append((sha256, rates_hz[sha256]))
    return [(shard, tuple(audio)) for shard, audio in shards.items()]


def _lacking(kept: KeptMeasures, shard: str, audio: tuple[tuple[str, int], ...]) -> list[tuple[str, int]]:
    """Audio without a row, and audio whose file is no longer the one that its row is of."""
    rows = kept.read(shard)
    known = {
        bytes(sha256).decode(): (int(size), int(changed_ns))
        for sha256, size, changed_ns in zip(rows["audio"], rows["file_bytes"], rows["file_changed_ns"], strict=True)
    }
    return [
        (sha256, rate_hz)
        for sha256, rate_hz in audio
        if sha256 not in known or known[sha256] != _file_state(kept.folder, sha256)
    ]


def _file_state(folder: Path, sha256: str) -> tuple[int, int] | None:
    """Size in bytes and time of change in ns of a stored file; None where there is no file."""
    try:
        there = audio_path(folder, sha256).stat()
    except OSError:
        return None
    return (there.st_size, there.st_mtime_ns) if stat.S_ISREG(there.st_mode) else None


def _measure_shard(kept: KeptMeasures, wanted: Shard) -> tuple[int, dict[str, str]]:
    """Measure what a shard lacks and keep it; returns how many clips that were, and why some could not be read."""
    shard, audio = wanted
    there = kept.read(shard)
    anew = np.isin(there["audio"], [sha256.encode() for sha256, _ in audio])
    rows, failures = [there[~anew]], dict[str, str]()
    for sha256, rate_hz in audio:
        state = _file_state(kept.folder, sha256)  # before it is read: a change meanwhile is seen the next time
        try:
            samples = load_audio(kept.folder, sha256)
        except CatalogError as error:
            failures[sha256] = f"{error.what}: {error.remedy}"
            continue
        row = np.zeros(1, KEPT)
        row[list(MEASURES.names or ())] = measure(samples, rate_hz)
        row["audio"] = sha256.encode()
        row["file_bytes"], row["file_changed_ns"] = state or (-1, -1)
        rows.append(row)
    kept.write(shard, np.concatenate(rows))
    return len(audio), failures


def _chosen(rows: NDArray[np.void], audio: Collection[str]) -> NDArray[np.void]:
    return rows[[bytes(sha256).decode() in audio for sha256 in rows["audio"]]] if len(rows) else rows
