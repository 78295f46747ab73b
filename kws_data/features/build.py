"""Features of a manifest: what the store lacks is computed, then the files of the data set are put together.

Nothing here holds more than a window of features or some bytes a clip, so a million clips need no more memory than a
thousand. Interrupted, it goes on where it was: every finished chunk lies in the store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path
from firmware_tools.frontend.spec import FrontendSpec
from kws_data.features.load import feature_path
from kws_data.features.needed import Wanted, missing_work
from kws_data.features.recipe import Recipe
from kws_data.features.store import FeatureStore
from kws_data.features.workers import Engine
from kws_data.features.write import columns_of, mended, write_rows
from kws_data.progress import Progress
from kws_data.system.storage import place


@dataclass(frozen=True)
class Computed:
    """What became of the clips that a data set wants.

    Attributes:
        clips: computed now.
        copies: computed now, with the clips as they are.
        stored: clips of which everything was in the store.
        failures: hash of the audio, and why it cannot be used.
    """

    clips: int
    copies: int
    stored: int
    failures: dict[str, str]


def compute_missing(
    wanted: Sequence[Wanted], recipe: Recipe, engine: Engine, progress: Progress | None = None
) -> Computed:
    """Bring everything that is wanted into the store.

    Raises:
        DataError: the workers died, or the store cannot be used.
        CatalogError: audio of a noise, a room or a voice is missing or damaged.
    """
    store = FeatureStore(place(recipe.store_at))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for part, contents in recipe.parts().items():
        store.note_use(part, contents, now)
    work = missing_work(wanted, recipe, store)
    clips, copies, failures = 0, 0, {}
    total = sum(len(split) for split in wanted)
    for result in engine.run(recipe, work):
        clips, copies = clips + result.clips, copies + result.copies
        failures.update(result.failures)
        if progress:
            progress("features", clips + len(failures), len(work))
    return Computed(clips, copies, total - len(work), failures)


def write_features(
    wanted: Sequence[Wanted],
    recipe: Recipe,
    engine: Engine,
    folder: Path,
    progress: Progress | None = None,
    threads: int = 2,
) -> bytes:
    """Write the files of each split; returns the hash of all features and labels.

    Everything must be in the store. Rows that are damaged there are computed again.

    Raises:
        DataError: what was computed again is damaged again.
    """
    return mended(
        place(recipe.store_at),
        lambda: _write_all(wanted, recipe, folder, progress, threads),
        lambda: compute_missing(wanted, recipe, engine, progress),
    )


def remove_features(folder: Path, split: str) -> None:
    """Remove the files of a split of an earlier build, which nobody asks for any more."""
    for left in folder.glob(f"features-{split}-*.npy"):
        left.unlink()


def _write_all(
    wanted: Sequence[Wanted], recipe: Recipe, folder: Path, progress: Progress | None, threads: int
) -> bytes:
    store, digest = FeatureStore(place(recipe.store_at)), hashlib.sha256()
    total, done = sum(len(split) for split in wanted) * len(recipe.frontends), 0

    def count(clips: int) -> None:
        nonlocal done
        done += clips
        if progress:
            progress("data set", done, total)

    for split in wanted:
        for number, spec in enumerate(recipe.frontends):
            digest.update(_write_x(split, recipe, store, spec, x_path(folder, split.split, number), count, threads))
        digest.update(hashlib.sha256(split.labels.data).digest())
        _save(feature_path(folder, split.split, "y"), split.labels)
        _save(feature_path(folder, split.split, "ids"), split.ids.astype("U16"))
        if split.keeps_audio:
            _write_audio(split, recipe, store, folder, threads)
    return digest.digest()


def x_path(folder: Path, split: str, frontend: int) -> Path:
    """File of the features of a front end: the first one's is what ``load_features`` opens."""
    return feature_path(folder, split, f"x{frontend}" if frontend else "x")


def _write_x(
    split: Wanted,
    recipe: Recipe,
    store: FeatureStore,
    spec: FrontendSpec,
    path: Path,
    count: Callable[[int], None],
    threads: int,
) -> bytes:
    """Write the features of a split; returns the hash of their digests."""
    parts = [(recipe.plain_part(spec), split.plain_keys)]
    if split.copies > 1:
        parts.append((recipe.copies_part(spec), split.keys))
    columns = columns_of(store, parts)
    shape = (len(split), split.copies, spec.frames(recipe.clip_samples), spec.features)
    write_rows(path, store, columns, shape, np.int8, count, threads)
    digest = hashlib.sha256()
    for column in columns:
        digest.update(column.located.digest.tobytes())
    return digest.digest()


def _write_audio(split: Wanted, recipe: Recipe, store: FeatureStore, folder: Path, threads: int) -> None:
    columns = columns_of(store, [(recipe.audio_part, split.plain_keys)])
    shape = (len(split), recipe.clip_samples)
    write_rows(folder / f"audio-{split.split}.npy", store, columns, shape, np.int16, threads=threads)


def _save(path: Path, array: NDArray[Any]) -> None:
    with atomic_path(path) as temporary:
        np.save(temporary, array, allow_pickle=False)
