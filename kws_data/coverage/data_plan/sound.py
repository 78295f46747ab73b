"""How good clips sound: what is stored with them, and for those that came without it what their samples say.

What was measured is kept beside the audio, so that a catalogue is listened to once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import isnan

import numpy as np
from numpy.typing import NDArray

from firmware_tools.levels import find_speech, levels
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.measures import KeptMeasures
from kws_data.progress import Progress, no_progress
from kws_data.system.code_version import code_hash

NAMES = ("snr_db", "peak_db", "clipped_share")
STAGE = "level and noise of clips"
_ROW = np.dtype([("audio", "S64"), *((name, "f4") for name in NAMES)])

Sound = Mapping[str, float | None]


def sound_of(catalog: Catalog, clips: Iterable[Clip], progress: Progress | None = None) -> dict[str, Sound]:
    """SNR, peak and share of clipped samples of each clip, by id; None where nothing stands out of the noise.

    Args:
        catalog: of the clips.
        clips: each with its attributes.
        progress: told how far it is.

    Raises:
        CatalogError: audio of a clip without these figures is missing or damaged.
    """
    found: dict[str, Sound] = {}
    lacking: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        if all(name in clip.attributes for name in NAMES):
            found[clip.id] = {name: _number(clip.attributes[name]) for name in NAMES}
        else:
            lacking[clip.audio_sha256].append(clip)
    rows = _rows(catalog, sorted(lacking), progress or no_progress)
    for sha256, own in lacking.items():
        found.update((clip.id, rows[sha256]) for clip in own)
    return found


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _rows(catalog: Catalog, audio: list[str], tell: Progress) -> dict[str, Sound]:
    if not audio:
        return {}
    kept = KeptMeasures(catalog.folder, f"plan-{code_hash(levels, find_speech)[:12]}", _ROW)
    shards: dict[str, list[str]] = defaultdict(list)
    for sha256 in audio:
        shards[sha256[:2]].append(sha256)
    there = {shard: kept.read(shard) for shard in shards}
    known = {bytes(row["audio"]).decode(): _sound(row) for rows in there.values() for row in rows}
    rates_hz = catalog.sample_rates()
    done, total = 0, sum(sha256 not in known for sha256 in audio)
    for shard, own in shards.items():
        new = np.array([_measure(catalog, one, rates_hz[one]) for one in own if one not in known], _ROW)
        if len(new):
            kept.write(shard, np.concatenate([there[shard], new]))
            known.update((bytes(row["audio"]).decode(), _sound(row)) for row in new)
            done += len(new)
            tell(STAGE, done, total)
    return known


def _measure(catalog: Catalog, sha256: str, rate_hz: int) -> tuple[bytes, float, float, float]:
    samples = catalog.load(sha256)
    level, speech = levels(samples), find_speech(samples, rate_hz)
    snr_db = float("nan") if speech.snr_db is None else speech.snr_db
    return sha256.encode(), snr_db, level.peak_db, level.clipped_share


def _sound(row: NDArray[np.void]) -> Sound:
    values = {name: float(row[name]) for name in NAMES}
    return {name: None if isnan(value) else value for name, value in values.items()}
