"""``kws bench build``: what it takes to build a data set, against the loop a user writes, here and now.

Every row builds the recipe of bench_build_material.py with :func:`kws_data.dataset.build.build_dataset` (reading audio,
planning, copies, features, feature store, files of the data set), but for the rows on memory, which give the engine a
manifest of as many clips as they say (see bench_build_memory.py).
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from multiprocessing import get_context
from pathlib import Path

from firmware_tools.errors import KwsError
from kws_data.bench.build.baseline import baseline_seconds
from kws_data.bench.build.bench import Bench, BuildBench
from kws_data.bench.build.material import FRONTENDS, RATE_HZ, Material, import_material
from kws_data.bench.figures import Figure
from kws_data.errors import DataError
from kws_data.features.workers import LocalEngine
from kws_data.progress import Progress
from kws_data.system.processes import end_with_parent

SPEED, CORES, WARM_SHARE, MEMORY_BYTES, FLAT = 10.0, 1.8, 0.03, 1.5e9, 1.25


def bench_build(amounts: BuildBench, progress: Progress | None = None) -> Iterator[Figure]:
    """Measure; gives each figure when it is there. A part that fails is a figure that says so, and the rest goes on."""
    with tempfile.TemporaryDirectory(prefix="kws-bench-") as folder:
        bench = Bench(amounts, Path(folder), progress)
        for part in amounts.parts:
            started = time.monotonic()
            try:
                figures = _MEASURES[part](bench)
            except (KwsError, OSError) as error:
                figures = [Figure(part, "", str(error), False)]
            for made in bench.folder.iterdir():
                if made.name != "source":
                    shutil.rmtree(made)
            for figure in figures:
                yield replace(figure, seconds=round(time.monotonic() - started, 1))


# ---- the rows ------------------------------------------------------------------------------------------------------


def _speed(bench: Bench) -> list[Figure]:
    """One core against the baseline, both on the same files, in turn; copies per second."""
    amounts = bench.amounts
    material = bench.material("speed", amounts.clips)
    recordings = bench.folder / "speed" / "recordings"
    import_material(material, recordings)
    files = sorted(material.clips.rglob("*_nohash_*"))[:: max(1, amounts.clips // amounts.baseline_clips)]
    files = files[: amounts.baseline_clips]
    ours, baseline = [], []
    bench.build(material, "speed")  # the front end is compiled
    for _ in range(amounts.rounds):
        baseline.append(baseline_seconds(files, amounts.copies, material.noise, material.rooms))
        shutil.rmtree(recordings / "features")
        ours.append(bench.build(material, "speed")[1:])
    ours_per_s = max(computed.copies / seconds for seconds, computed in ours)
    baseline_per_s = len(files) * amounts.copies / min(baseline)
    ratio = ours_per_s / baseline_per_s
    audio = [path.stat().st_size for path in (recordings / "audio").rglob("*.flac") if path.stat().st_size < 1e5]
    frame_bytes = sum(spec.frames(RATE_HZ) * spec.features for spec in FRONTENDS)
    cost = {
        "ours_per_s": ours_per_s,
        "baseline_per_s": baseline_per_s,
        "ratio": ratio,
        "copies": amounts.copies,
        "core_s_per_clip": amounts.copies / ours_per_s,
        "audio_bytes_per_clip": sum(audio) / len(audio),
        "feature_bytes_per_clip": amounts.copies * frame_bytes,
    }
    measured = f"{ratio:.1f}x ({ours_per_s:,.0f} against {baseline_per_s:,.0f} a second)"
    return [Figure("copies per second and core, whole build", f"≥ {SPEED:g}x", measured, ratio >= SPEED, details=cost)]


def _cores(bench: Bench) -> list[Figure]:
    """Two processes against one."""
    material, seconds = bench.material("cores", bench.amounts.clips), []
    versions = set()
    for workers in (1, 2):
        import_material(material, bench.folder / f"cores{workers}" / "recordings")
        version, took, _ = bench.build(material, f"cores{workers}", workers)
        seconds.append(took)
        versions.add(version)
    ratio = seconds[0] / seconds[1]
    enough = (os.cpu_count() or 1) >= 2
    measured = f"{ratio:.2f}x ({seconds[0]:.1f} s, {seconds[1]:.1f} s), {_same(versions)}"
    passed = ratio >= CORES and len(versions) == 1 if enough else None
    details = {"one_s": seconds[0], "two_s": seconds[1], "ratio": ratio}
    return [Figure("two cores against one", f"≥ {CORES:g}x", measured, passed, details=details)]


def _warm(bench: Bench) -> list[Figure]:
    """Build, add one clip in a hundred, build again; one core."""
    material = bench.material("warm", bench.amounts.clips)
    recordings = bench.folder / "warm" / "recordings"
    import_material(material, recordings)
    _, cold, first = bench.build(material, "warm")
    material.add_later()
    import_material(material, recordings)
    _, warm, second = bench.build(material, "warm")
    share = warm / cold
    measured = (
        f"{share:.1%} ({cold:.1f} s, {warm:.2f} s; {second.clips} clips computed, {second.stored} from the store)"
    )
    details = {"cold_s": cold, "warm_s": warm, "clips": first.clips, "added": len(material.later)}
    return [
        Figure("rebuild after adding 1 % of clips", f"≤ {WARM_SHARE:.0%}", measured, share <= WARM_SHARE, 0, details)
    ]


def _memory(bench: Bench) -> list[Figure]:
    """Peak of all processes of the engine, few and many clips."""
    from kws_data.bench.build.memory import measure_memory

    amounts = bench.amounts
    peaks = [measure_memory(bench, clips) for clips in (amounts.few, amounts.many)]
    flat = peaks[1].peak_bytes / peaks[0].peak_bytes
    passed = flat <= FLAT and max(peak.peak_bytes for peak in peaks) <= MEMORY_BYTES
    measured = " and ".join(f"{peak.peak_bytes / 1e6:,.0f} MB at {peak.clips:,}" for peak in peaks)
    details = {f"{peak.clips}": asdict(peak) for peak in peaks}
    wanted = f"flat (≤ {FLAT:g}x), ≤ {MEMORY_BYTES / 1e9:g} GB"
    return [Figure("peak memory of all processes", wanted, measured, passed, details=details)]


def _same_hash(bench: Bench) -> list[Figure]:
    """One worker, two, killed and resumed, nothing left to compute."""
    material, versions = bench.material("same", bench.amounts.same_clips), {}
    for name, workers in (("one worker", 1), ("two workers", 2)):
        import_material(material, bench.folder / name / "recordings")
        versions[name] = bench.build(material, name, workers, _eager(workers))[0]
    versions["nothing new"] = bench.build(material, "one worker")[0]
    import_material(material, bench.folder / "killed" / "recordings")
    stored = _kill_while_building(bench, material)
    versions["killed and resumed"], _, computed = bench.build(material, "killed")
    kept = f"{stored} shards kept, {computed.clips} clips left to compute"
    same = len(set(versions.values())) == 1
    measured = f"{_same(set(versions.values()))}: {', '.join(versions)} ({kept})"
    return [Figure("same configuration and seed", "same hash", measured, same and stored > 0, 0, dict(versions))]


def _same(versions: set[str]) -> str:
    return "same hash" if len(versions) == 1 else f"{len(versions)} hashes"


def _eager(workers: int) -> LocalEngine:
    """Processes even for little work."""
    return LocalEngine(workers, small_rows=0)


def _kill_while_building(bench: Bench, material: Material) -> int:
    """Start a build in a process, kill it (-9) when some of it is done; shards that are there then."""
    process = get_context("spawn").Process(target=_build_slowly, args=(bench.amounts, bench.folder, material))
    process.start()
    store = bench.folder / "killed" / "recordings" / "features"
    deadline = time.monotonic() + 120
    while process.is_alive() and len(list(store.glob("copies*/*.shard"))) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    if process.pid:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    if (bench.folder / "killed" / "dataset" / "dataset.json").exists():
        raise DataError("the build was over before it could be killed", bench.amounts.same_clips, "give more clips")
    return len(list(store.glob("copies*/*.shard")))


def _build_slowly(amounts: BuildBench, folder: Path, material: Material) -> None:
    end_with_parent()
    Bench(amounts, folder).build(material, "killed", 2, LocalEngine(2, chunk_rows=200, small_rows=0))


def _ray(bench: Bench) -> list[Figure]:
    """Two nodes, one worker killed."""
    what, wanted = "Ray, two nodes, one worker killed", "completes, same hash"
    try:
        from kws_data.bench.build.ray_cluster import WorkerKiller, two_nodes
        from kws_data.features.ray_workers import RayEngine, import_ray

        import_ray()
    except DataError as error:
        return [Figure(what, wanted, str(error), None)]
    material = bench.material("ray", bench.amounts.same_clips)
    import_material(material, bench.folder / "alone" / "recordings")
    import_material(material, bench.folder / "spread" / "recordings")
    alone = bench.build(material, "alone")[0]
    with two_nodes() as cluster, WorkerKiller(cluster, bench.folder / "spread" / "recordings" / "features") as killer:
        spread, seconds, computed = bench.build(material, "spread", engine=RayEngine())
    killed = "one worker killed" if killer.killed else "no worker was caught at work"
    measured = f"{_same({alone, spread})}, {killed}, {computed.clips} clips in {seconds:.1f} s"
    return [Figure(what, wanted, measured, alone == spread and killer.killed is not None)]


_MEASURES: dict[str, Callable[[Bench], list[Figure]]] = {
    "speed": _speed,
    "cores": _cores,
    "warm": _warm,
    "memory": _memory,
    "same": _same_hash,
    "ray": _ray,
}
