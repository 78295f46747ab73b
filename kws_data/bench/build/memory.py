"""Memory of a build of very many clips: the engine on a manifest whose audio repeats.

A million different recordings would measure the disk. So the manifest names the audio of a thousand clips over and
over, each time with another number in its column ``repeat``, which draws other copies: every row is read, augmented,
computed, kept in the feature store, put together and hashed like any other. The manifest is written and read in
batches. What is measured is the engine (``compute_missing`` and ``write_features``) with two worker processes; planning
from the catalogue, which holds an object a clip, is not part of it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from kws_data.bench.build.material import FRONTENDS, KEYWORDS, import_material
from kws_data.catalog.catalog import Catalog
from kws_data.dataset.build import BuildOptions, recipe_of
from kws_data.dataset.plan import plan_dataset
from kws_data.dataset.store_silence import store_silence
from kws_data.errors import DataError
from kws_data.features.build import compute_missing, write_features
from kws_data.features.needed import read_wanted
from kws_data.features.recipe import Recipe
from kws_data.features.workers import LocalEngine
from kws_data.system.processes import end_with_parent

if TYPE_CHECKING:
    from kws_data.bench.build.bench import Bench

DIFFERENT = 1_000
BATCH = 20_000
WORKERS = 2


@dataclass(frozen=True)
class MemoryRun:
    """Peak of the proportional set size of all processes, and what the build took."""

    clips: int
    peak_bytes: int
    seconds: float
    store_bytes: int
    dataset_bytes: int


def measure_memory(bench: Bench, clips: int) -> MemoryRun:
    """Build ``clips`` clips by repetition in processes of their own.

    Raises:
        DataError: the build failed.
    """
    folder = bench.folder / f"memory{clips}"
    material = bench.material(folder.name, min(DIFFERENT, clips))
    recordings = folder / "recordings"
    import_material(material, recordings)
    config = material.config(recordings, copies=2)
    with Catalog(recordings) as catalog:
        plan = plan_dataset(config, catalog)
        store_silence(catalog, plan.cuts, config.frontend.sample_rate_hz)
        recipe = recipe_of(config, catalog, plan, BuildOptions(more_frontends=FRONTENDS[1:]))
    write_repeating_manifest(folder / "manifest.parquet", [p.audio.audio_sha256 for p in plan.of("train")], clips)
    started = time.monotonic()
    process = get_context("spawn").Process(target=build_manifest, args=(folder, recipe))
    process.start()
    peak = 0
    while process.is_alive():
        peak = max(peak, memory_bytes(process.pid or 0))
        time.sleep(0.05)
        if bench.progress and (shards := len(list((folder / "store").glob("copies*/*.shard")))):
            bench.progress(f"memory, {clips:,} clips", min(shards * 512, clips), clips)
    process.join()
    if process.exitcode != 0:
        raise DataError("build of a repeating manifest failed", process.exitcode)
    sizes = [sum(f.stat().st_size for f in (folder / name).rglob("*.*")) for name in ("store", "dataset")]
    return MemoryRun(clips, peak, time.monotonic() - started, *sizes)


def write_repeating_manifest(path: Path, audio: list[str], clips: int) -> None:
    """A manifest of ``clips`` training rows that name this audio in turn."""
    import pyarrow
    from pyarrow import parquet

    path.parent.mkdir(parents=True, exist_ok=True)
    schema = pyarrow.schema(
        [(name, pyarrow.string()) for name in ("clip_id", "audio_sha256", "label", "split")]
        + [("repeat", pyarrow.int32())]
    )
    with parquet.ParquetWriter(path, schema) as writer:
        for start in range(0, clips, BATCH):
            rows = range(start, min(start + BATCH, clips))
            columns = {
                "clip_id": [f"{row:016x}" for row in rows],
                "audio_sha256": [audio[row % len(audio)] for row in rows],
                "label": [KEYWORDS[row % len(KEYWORDS)] for row in rows],
                "split": ["train"] * len(rows),
                "repeat": [row // len(audio) for row in rows],
            }
            writer.write_table(pyarrow.table(columns, schema))


def build_manifest(folder: Path, recipe: Recipe) -> None:
    """Features of a manifest, into ``folder``: what the memory of is measured."""
    end_with_parent()
    recipe = replace(recipe, store_at=str(folder / "store"))
    (folder / "dataset").mkdir()
    wanted = read_wanted(folder / "manifest.parquet", KEYWORDS, recipe)
    wanted = [split for split in wanted if len(split)]
    engine = LocalEngine(WORKERS)
    compute_missing(wanted, recipe, engine)
    write_features(wanted, recipe, engine, folder / "dataset", threads=WORKERS)


def memory_bytes(process: int) -> int:
    """Proportional set size of a process and all below it: memory that several share counts once."""
    from kws_data.bench.build.ray_cluster import children

    total = 0
    pending = [process]
    while pending:
        current = pending.pop()
        pending += children(current)
        try:
            text = Path(f"/proc/{current}/smaps_rollup").read_text()
        except OSError:
            continue  # it has ended
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) * 1_024
    return total
