"""A search for the best model within the limits: shapes and front ends, by successive halving, for as long as allowed.

Each candidate's cost is measured first (``shape_cost.py``); only those that keep every limit are trained. Brackets of
candidates (``halving.py``) follow each other in an order that the seed fixes, until the time is up. After each trial
everything is on disk: a search that ends, by Ctrl-C or otherwise, goes on where it stood.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path

from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.experiments.search.halving import Halving, Job
from kws_data.experiments.search.holdout import Fold, write_fold
from kws_data.experiments.search.space import Candidate, Space, candidates
from kws_data.experiments.search.state import SearchState, Tried, load_state
from kws_data.experiments.search.trial import TrialResult, run_trial
from kws_data.experiments.shape_cost import CACHE_DIR, shape_costs
from kws_data.progress import Progress
from kws_data.system.code_version import code_hash
from kws_data.system.processes import worker_pool

Say = Callable[[str], None]
LATE = 1.25  # a rung is begun when it is expected to take no more than this times what is left
DRAWN_AT_ONCE = 4
MOST_DRAWN = 40  # candidates that are measured at most for each one that fits


@dataclass
class Search:
    """A search of one configuration.

    Attributes:
        config: what is not searched, the limits, the seed, and the first candidate.
        spaces: what is searched.
        folder: ``runs/<name>/search``.
        halving: rungs.
        workers: processes; the result does not depend on it.
        progress, say: told how far it is.
    """

    config: Config
    spaces: Sequence[Space]
    folder: Path
    halving: Halving
    workers: int = 2
    cache_dir: Path = CACHE_DIR
    progress: Progress = lambda *_: None
    say: Say = lambda _: None
    state: SearchState = field(init=False)
    _drawn: Iterator[Candidate] = field(init=False)
    _configs: dict[int, Config] = field(init=False, default_factory=dict)
    _folds: dict[str, Path] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.state = SearchState(self._key(), self.halving)
        self._drawn = candidates(self.spaces, self.config)

    def resume(self) -> bool:
        """Take up the search in the folder; False when there is none.

        Raises:
            DataError: it was made with other settings, another space or other code, or cannot be read.
        """
        known = load_state(self.folder)
        if known is None:
            return False
        if known.key != self.state.key:
            remedy = "settings, space, rungs or code have changed since: start again with --fresh"
            raise DataError("search cannot be resumed", str(self.folder), remedy)
        self.state = known
        for candidate in islice(self._drawn, len(known.tried)):
            self._configs[candidate.number] = candidate.config
        return True

    def run(self, budget_s: float, brackets: int | None = None) -> SearchState:
        """Search until the time is up, all brackets are done, or the space is used up; returns what is known.

        The time is kept to within one trial: no trial begins after it, and no rung that would last much beyond it.

        Raises:
            DataError: no candidate keeps the limits, or the data set cannot be used.
        """
        started, before = time.monotonic(), self.state.seconds

        def left() -> float:
            self.state.seconds = before + time.monotonic() - started
            return budget_s - (time.monotonic() - started)

        self.folder.mkdir(parents=True, exist_ok=True)
        with worker_pool(self.workers) as pool:
            for bracket in count() if brackets is None else range(brackets):
                if self.state.results and left() <= 0:
                    break
                begin = [one.number for one in self._bracket(bracket, pool)]
                if not begin or not self._run_bracket(pool, begin, left):
                    break
        left()
        self.state.save(self.folder)
        shutil.rmtree(self.folder / "work", ignore_errors=True)
        return self.state

    def measure(self, wanted: int, pool: ProcessPoolExecutor | None = None) -> list[Tried]:
        """Draw and measure candidates until ``wanted`` of them keep the limits; no training.

        Args:
            wanted: how many; fewer come back when the space is used up.
            pool: processes to measure with; some are started for it when None.

        Raises:
            DataError: not one does.
        """
        while len(self.state.fitting) < wanted:
            drawn = list(islice(self._drawn, max(DRAWN_AT_ONCE, wanted - len(self.state.fitting))))
            if not drawn:
                break
            costs = shape_costs([c.config for c in drawn], self.workers, self.cache_dir, self.progress, pool)
            for candidate, (config, cost) in zip(drawn, costs, strict=True):
                self._configs[candidate.number] = config
                broken = tuple(cost.broken(config))
                self.state.tried.append(Tried(candidate.number, candidate.name, candidate.settings, cost, broken))
            if len(self.state.tried) > MOST_DRAWN * wanted:
                break
        if not self.state.fitting:
            raise DataError("no shape keeps the limits", len(self.state.tried), _closest(self.state.tried))
        return self.state.fitting[:wanted]

    def _bracket(self, number: int, pool: ProcessPoolExecutor) -> list[Tried]:
        """Candidates of a bracket; fewer, or none, when the space is used up."""
        span = self.halving.bracket(number)
        return self.measure(span.stop, pool)[span.start :]

    def _run_bracket(self, pool: ProcessPoolExecutor, begin: list[int], left: Callable[[], float]) -> bool:
        """Run the rungs of a bracket; False when the time was up before its end."""
        while jobs := self.halving.next_jobs(self.state.scores, begin):
            late = self.state.results and self._expected_s(jobs) > LATE * left()
            if late or not self._run_rung(pool, jobs, left):
                self.say(f"  time is up within a rung of {jobs[0].epochs} epochs: --resume goes on there")
                return False
        return True

    def _run_rung(self, pool: ProcessPoolExecutor, jobs: list[Job], left: Callable[[], float]) -> bool:
        """Run trials, as many at once as there are workers, while there is time; False when some were not begun."""
        waiting, running, done = list(jobs), set[Future[TrialResult]](), 0
        stage = f"trials of {jobs[0].epochs} epochs, candidates {jobs[0].number} to {jobs[-1].number}"
        while waiting or running:
            while waiting and len(running) < self.workers and (left() > 0 or not self.state.results):
                running.add(self._submit(pool, waiting.pop(0)))
            if not running:
                return False
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                result = future.result()
                self.state.results[result.number, result.epochs] = result
                done += 1
                self._tell(result)
                self.progress(stage, done, len(jobs))
            left()
            self.state.save(self.folder)
        return True

    def _submit(self, pool: ProcessPoolExecutor, job: Job) -> Future[TrialResult]:
        config = self._configs[job.number]
        return pool.submit(run_trial, config, job.number, job.epochs, self._fold(config), self.folder / "work")

    def _tell(self, result: TrialResult) -> None:
        one = self.state.by_number(result.number)
        self.say(
            f"  #{result.number} {one.name}: {result.accuracy:.2%} after {result.epochs} epochs, "
            f"{one.cost.model_bytes:,} B, {one.cost.inference_cycles / 1e6:.2f} M cycles"
        )

    def _expected_s(self, jobs: Sequence[Job]) -> float:
        """How long a rung will last, by the trials of its length so far, or by shorter ones in proportion."""
        epochs = jobs[0].epochs
        same = [r.seconds for r in self.state.results.values() if r.epochs == epochs]
        scaled = [r.seconds * epochs / r.epochs for r in self.state.results.values()]
        each = sum(same) / len(same) if same else sum(scaled) / len(scaled)
        return each * math.ceil(len(jobs) / self.workers)

    def _fold(self, config: Config) -> Path:
        """Folder with the fold of a candidate's front end; its data set is built when it is first needed."""
        name = config.frontend.sha256()[:12]
        if name not in self._folds:
            from kws_data.catalog.catalog import Catalog
            from kws_data.dataset.build import BuildOptions, build_dataset

            folder = self.folder / "data" / name
            with Catalog(config.data.recordings) as catalog:
                build_dataset(config, catalog, folder / "dataset", BuildOptions(self.workers), self.progress)
            self._check_fold(name, write_fold(folder / "dataset", folder / "fold", config.seed))
            self._folds[name] = folder / "fold"
        return self._folds[name]

    def _check_fold(self, name: str, fold: Fold) -> None:
        known = self.state.folds.setdefault(name, fold.to_dict())
        if known["version"] != fold.version:
            raise DataError("data set has changed since the search began", name, "start again with --fresh")

    def _key(self) -> str:
        parts = {
            "config": self.config.sha256(
                *("seed", "keywords", "data", "split", "frontend", "augment", "model", "train", "export"),
                *("budget", "device"),
            ),
            "spaces": [dict(space) for space in self.spaces],
            "rungs": [*self.halving.rungs, self.halving.eta],
            "code": code_hash(run_trial),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _closest(tried: Sequence[Tried]) -> str:
    """A remedy for when nothing fits: the smallest file that was measured, or why nothing ran."""
    ran = [one for one in tried if not one.cost.failure]
    if not ran:
        return tried[0].cost.failure if tried else "the space is empty"
    smallest = min(ran, key=lambda one: one.cost.model_bytes)
    limits = ", ".join(smallest.broken)
    return f"the smallest is {smallest.name} with {smallest.cost.model_bytes:,} B, which breaks {limits}"
