"""An audit of up to 100,000 clips: seconds, memory, and how many pairs of clips are compared.

Time is that of all processes on their processors: on a machine that does other things the clock tells of those.

So many different recordings do not lie about. Each clip is a real one at another speed (0.75 to 1.3 times), every other
one backwards: other waves and other fingerprints, of the same kind. One in a hundred is a copy of another with noise at
20 dB, which must be found. The audio is made once; the catalogues of each size begin with nothing measured.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic

import numpy as np

from kws_data.audio import Samples
from kws_data.bench.figures import Figure
from kws_data.bench.labels.changed import RATE_HZ, noisy, whole
from kws_data.bench.labels.copies import COPY_CHECKS
from kws_data.bench.labels.material import LabelsBench, words_of
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Finding
from kws_data.catalog.clips import Clip, NewClip
from kws_data.catalog.near_duplicates import compared_pairs
from kws_data.errors import DataError
from kws_data.quality.audit.audit import audit
from kws_data.quality.audit.result import AuditSettings
from kws_data.system.processes import end_with_parent

SIZES, QUICK_SIZES = (25_000, 50_000, 100_000), (1_000, 2_000, 4_000)
LINEAR = 1.5  # times the seconds a clip at the smallest size
MOST_BYTES = 1_500_000_000
SUBQUADRATIC = 1.9  # no clip meets more than its nearest few, so it goes towards 1 from some ten thousand clips on
COPY_EVERY = 100
FAMILIES = ("readable", "signal", "edges", "copies")
_SPEED = (0.75, 1.3)
_BATCH = 500


@dataclass(frozen=True)
class ScaleRun:
    """What an audit took."""

    clips: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    pairs: int
    copies: int
    copies_found: int


def figures(bench: LabelsBench) -> list[Figure]:
    """Rows for time, memory, pairs and copies.

    Raises:
        DataError: an audit failed.
    """
    sizes = QUICK_SIZES if bench.quick else SIZES
    pool = bench.work / "scale-audio"
    with Catalog(bench.catalogue("scale-source")) as source:
        clips = words_of(source)
        made = list(_made(source, clips, pool, sizes[-1], bench))
    runs = [_run(bench, pool, made[:size]) for size in sizes]
    first, last = runs[0], runs[-1]
    ratio = (last.cpu_seconds / last.clips) / (first.cpu_seconds / first.clips)
    power = float(np.log(last.pairs / max(first.pairs, 1)) / np.log(last.clips / first.clips))
    details = {"runs": [vars(run) for run in runs]}
    each = ", ".join(f"{1_000 * run.cpu_seconds / run.clips:.1f}" for run in runs)
    named = " / ".join(f"{size:,}" for size in sizes)
    recall = last.copies_found / max(last.copies, 1)
    return [
        Figure(
            f"audit of {named} clips: processor ms a clip",
            f"largest ≤ {LINEAR} times the smallest",
            f"{each}: {ratio:.2f} times",
            ratio <= LINEAR,
            sum(run.seconds for run in runs),
            details,
        ),
        Figure(
            f"audit of {last.clips:,} clips: memory of all processes",
            "≤ 1.5 GB",
            f"{last.peak_bytes / 1e9:.2f} GB",
            last.peak_bytes <= MOST_BYTES,
        ),
        Figure(
            "pairs of fingerprints that are compared",
            "grow slower than clips²",
            f"{', '.join(f'{run.pairs:,}' for run in runs)}: clips^{power:.2f}",
            power < SUBQUADRATIC,
        ),
        Figure(
            f"copies with noise at 20 dB among {last.clips:,} clips", "recall ≥ 0.95", f"{recall:.3f}", recall >= 0.95
        ),
    ]


def _made(source: Catalog, clips: list[Clip], pool: Path, count: int, bench: LabelsBench) -> Iterator[NewClip]:
    """Clips whose audio is stored in ``pool``; the origin of a copy names what it was made of."""
    rng = bench.rng("scale")
    samples: Samples = np.zeros(1, np.int16)
    with Catalog(pool) as store:
        for number in range(count):
            copy = number % COPY_EVERY == COPY_EVERY - 1
            clip = clips[(number - copy) % len(clips)]
            samples = noisy(samples, rng) if copy else _varied(source.load(clip), rng, number)
            origin = f"copy/{number - 1}" if copy else f"made/{number}"
            audio = store.store_audio(samples, RATE_HZ)
            yield NewClip(audio, clip.word, f"{clip.speaker} {number}", "scale", origin)
            if number % _BATCH == _BATCH - 1:
                bench.progress("clips to audit", number + 1, count)


def _varied(samples: Samples, rng: np.random.Generator, number: int) -> Samples:
    speed = rng.uniform(*_SPEED)
    places = np.arange(0, len(samples) - 1, speed)
    values = np.interp(places, np.arange(len(samples)), samples.astype(np.float64))
    return whole((values[::-1] if number % 2 else values)[:RATE_HZ])


def _run(bench: LabelsBench, pool: Path, clips: list[NewClip]) -> ScaleRun:
    folder = bench.work / f"scale-{len(clips)}"
    folder.mkdir()
    (folder / "audio").symlink_to((pool / "audio").resolve(), target_is_directory=True)
    with Catalog(folder) as catalog:
        catalog.add_clips(clips)
    ours, theirs = get_context("spawn").Pipe(duplex=False)
    child = get_context("spawn").Process(target=_audit, args=(folder, bench.workers, theirs))
    child.start()
    theirs.close()
    try:
        while isinstance(told := ours.recv(), tuple):
            bench.progress(*told)
    except EOFError:
        raise DataError("the audit of the bench died", f"{len(clips):,} clips", "was there memory for it?") from None
    finally:
        child.join()
    run: ScaleRun = told
    return replace(run, clips=len(clips))


def _audit(folder: Path, workers: int, pipe: Connection) -> None:
    """In a process of its own, so that its memory is its own."""
    end_with_parent()
    begun = monotonic()
    with Catalog(folder) as catalog:
        done = audit(
            catalog,
            AuditSettings(families=FAMILIES, workers=workers),
            lambda stage, at, of: pipe.send((f"{stage} of {folder.name}", at, of)),
        )
        seconds = monotonic() - begun
        by_origin = {clip.origin: clip.id for clip in done.clips.values()}
    pairs = [
        (identity, by_origin[origin.replace("copy", "made")])
        for origin, identity in by_origin.items()
        if origin.startswith("copy/")
    ]
    unit = 1 if sys.platform == "darwin" else 1_024
    own, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime
    peak = (own.ru_maxrss + workers * theirs.ru_maxrss) * unit
    pipe.send(ScaleRun(0, seconds, cpu_s, peak, len(compared_pairs(folder)), len(pairs), joined(done.findings, pairs)))


def joined(findings: Iterable[Finding], pairs: Iterable[tuple[str, str]]) -> int:
    """How many pairs of clips an audit took for the same recording, though a third clip may be what it keeps of it.

    Two speeds of a clip may be so near each other that a copy, its original and another clip are one group.
    """
    best_of = {one.clip_id: one.suggestion for one in findings if one.reason in COPY_CHECKS[:2]}
    return sum(best_of.get(one, one) == best_of.get(other, other) for one, other in pairs)
