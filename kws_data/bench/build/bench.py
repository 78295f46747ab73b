"""What the parts of ``kws bench build`` share: the data set, its folders, what was measured."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from kws_data.bench.build.material import FRONTENDS, Material, make_material
from kws_data.catalog.catalog import Catalog
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.features.build import Computed
from kws_data.features.workers import Engine
from kws_data.progress import Progress

PARTS = ("speed", "cores", "warm", "memory", "same", "ray")
# Seconds on two cores of 2020s x86-64: only for the estimate that is printed first.
_COPY_S, _BASELINE_COPY_S = 0.0004, 0.006


@dataclass(frozen=True)
class BuildBench:
    """How much of everything.

    Attributes:
        clips: of the builds that are timed.
        copies: of each training clip; the first is the clip as it is.
        baseline_clips: that the baseline goes through.
        few, many: clips of the two builds whose memory is compared.
        data: a folder in Speech Commands layout; clips are made up when None.
        rounds: of the comparison with the baseline; the best counts, on both sides.
    """

    clips: int = 6_000
    copies: int = 12
    baseline_clips: int = 60
    few: int = 100_000
    many: int = 1_000_000
    same_clips: int = 800
    rounds: int = 3
    data: Path | None = None
    parts: tuple[str, ...] = PARTS

    @classmethod
    def quick(cls) -> BuildBench:
        """A look, not a proof: about a minute."""
        return cls(clips=600, baseline_clips=15, few=4_000, many=16_000, same_clips=150, rounds=2)

    def estimate_s(self) -> float:
        """About how long it takes."""
        build_s = self.clips * self.copies * _COPY_S
        cost = {
            "speed": self.rounds * (build_s + self.baseline_clips * self.copies * _BASELINE_COPY_S) + 5,
            "cores": 1.6 * build_s + 3,
            "warm": 1.1 * build_s + 3,
            "memory": (self.few + self.many) * _COPY_S + 5,
            "same": 4 * self.same_clips * self.copies * _COPY_S + 10,
            "ray": self.same_clips * self.copies * _COPY_S + 20,
        }
        return sum(cost[part] for part in self.parts) + 0.003 * self.clips


@dataclass(frozen=True)
class Bench:
    """A running bench: how much of everything, where, and on what."""

    amounts: BuildBench
    folder: Path
    progress: Progress | None = None

    def material(self, name: str, clips: int) -> Material:
        """Folders of so many clips below a fresh folder."""
        return make_material(self.folder / f"{name}-material", clips, self.amounts.data)

    def build(
        self, material: Material, name: str, workers: int = 1, engine: Engine | None = None
    ) -> tuple[str, float, Computed]:
        """Build into ``name``; version, seconds, and what was computed."""
        told: list[Computed] = []
        recordings = self.folder / name / "recordings"
        config = material.config(recordings, self.amounts.copies)
        options = BuildOptions(workers, engine, more_frontends=FRONTENDS[1:], told=told.append)
        started = time.perf_counter()
        with Catalog(recordings) as catalog:
            manifest = build_dataset(
                config, catalog, self.folder / name / "dataset", progress=self.progress, options=options
            )
        return manifest.version, time.perf_counter() - started, told[0]
