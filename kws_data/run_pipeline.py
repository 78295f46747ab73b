"""Running the chain: what is current is skipped, and each step leaves a stamp by which that is known.

A stamp holds the step's key (settings, code, its users' own files, fingerprints of the steps before it) and the
fingerprint of what it made. A step is current while its key is that of the stamp and its outputs are there.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware_tools.atomic import write_text
from kws_data import __version__
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.pipeline import STEPS, Step, verb_of
from kws_data.run_context import RunContext
from kws_data.system.code_version import code_hash
from kws_data.system.run_lock import alone_in
from kws_data.system.time_left import TimeLeft

#: Seconds in ``make demo`` on two idle cores, for estimates.
DEMO_S: dict[str, float] = {"collect": 29, "record": 63, "build": 14, "train": 42, "export": 16}
DEMO_S |= {"check": 4, "flash": 1.5, "evaluate": 8, "device-eval": 59, "slices": 4, "report": 1.3}


@dataclass
class StepResult:
    """What became of one step."""

    name: str
    title: str
    skipped: bool
    seconds: float


@dataclass
class Pipeline:
    """Runs steps of one configuration and remembers what is current.

    Args:
        context: configuration, workers, progress.
        force: run each step even when it is current.
        announce: told each step, and whether it is skipped, before it runs.
        left: told which steps run, and how long they took; of this configuration's earlier runs when None.
        steps: the chain.
    """

    context: RunContext
    force: bool = False
    announce: Callable[[Step, bool], None] = lambda step, skipped: None
    left: TimeLeft | None = None
    steps: Sequence[Step] = field(default_factory=lambda: STEPS)
    results: list[StepResult] = field(default_factory=list)

    def run(self, names: Iterable[str] | None = None) -> list[StepResult]:
        """Run the named steps (all when None), in the order of the chain.

        Raises:
            DataError: another process runs steps of this configuration; a step needs one that was never run.
            KwsError: as the steps do.
        """
        wanted = None if names is None else set(names)
        chosen = [step for step in self.steps if wanted is None or step.name in wanted]
        with alone_in(self.context.config.run_dir):
            for number, step in enumerate(chosen, 1):
                self.results.append(self._run_step(step, chosen[number:]))
        return self.results

    def redo(
        self,
        name: str,
        run: Callable[[RunContext], str],
        check: Callable[[RunContext], None] = lambda context: None,
    ) -> bool:
        """Replace what a step made by what ``run`` makes of it, so that later steps see another input.

        The step is as current afterwards as it was before: where its settings or code have changed since, its own next
        run still replaces all of it. What ``check`` refuses changes nothing. Returns whether it was current.

        Raises:
            DataError: another process runs steps of this configuration; the step was never run.
            KwsError: as ``check`` and ``run`` do.
        """
        step = next(step for step in self.steps if step.name == name)
        with alone_in(self.context.config.run_dir):
            current, stamp = not self._will_run(step), self.stamp(name)
            check(self.context)
            self._stamp_path(step).unlink()
            fingerprint = run(self.context)
            key = self._key(step) if current else stamp["key"]
            write_text(self._stamp_path(step), json.dumps({"key": key, "fingerprint": fingerprint}, indent=1))
        return current

    def stamp(self, name: str) -> dict[str, Any]:
        """``key`` and ``fingerprint`` of a step that was run; raises DataError where it never was."""
        stamp = self._read_stamp(name)
        if stamp is None:
            raise DataError("a result is missing", name, f"call kws {verb_of(name)} first")
        return stamp

    def never_run(self, name: str) -> list[str]:
        """Steps that a step needs, directly or not, and that were never run, in the order of the chain."""
        needed = {name}
        for step in reversed(self.steps):
            needed.update(step.needs if step.name in needed else ())
        return [s.name for s in self.steps if s.name in needed - {name} and self._read_stamp(s.name) is None]

    def is_current(self, name: str) -> bool:
        """Whether a step's result is what this configuration and this kws would make of the steps before it."""
        return not any(self._will_run(step) for step in self.steps if step.name == name)

    def outdated(self, names: Iterable[str]) -> list[str]:
        """Of some steps those that ran, but on other settings, code or results of earlier steps than there are now."""
        chosen = [step for step in self.steps if step.name in set(names)]
        return [step.name for step in chosen if self._ran(step) and not self._is_of_now(step)]

    def _ran(self, step: Step) -> bool:
        root = self.context.config.run_dir
        there = bool(step.outputs) and all((root / name).exists() for name in step.outputs)
        return there or self._read_stamp(step.name) is not None

    def _is_of_now(self, step: Step) -> bool:
        try:
            return self._is_current(step, self._key(step))
        except DataError:  # an earlier step never ran, or failed
            return False

    def _run_step(self, step: Step, later: Sequence[Step]) -> StepResult:
        started = time.monotonic()
        key = self._key(step)
        current = not self._must_run(step, key)
        if current:
            self.announce(step, True)
        else:
            left = self.left or time_left(self.context.config)
            with left.during(step.name, self._waiting(step, later)):
                self.announce(step, False)
                self._make(step, key)
        return StepResult(step.name, step.title, current, time.monotonic() - started)

    def _make(self, step: Step, key: str) -> None:
        self._stamp_path(step).unlink(missing_ok=True)
        stamp = {"key": key, "fingerprint": step.run(self.context)}
        write_text(self._stamp_path(step), json.dumps(stamp, indent=1))

    def _must_run(self, step: Step, key: str) -> bool:
        return self.force or step.always or not self._is_current(step, key)

    def _waiting(self, step: Step, later: Sequence[Step]) -> list[str]:
        """Which of the later steps will run, as far as can be told: a step that always runs may find nothing new."""
        waiting: list[str] = []
        changed = set() if step.always else {step.name}
        for other in later:
            if changed.intersection(other.needs) or self._will_run(other):
                waiting.append(other.name)
                changed |= set() if other.always else {other.name}
        return waiting

    def _will_run(self, step: Step) -> bool:
        try:
            return self._must_run(step, self._key(step))
        except DataError:  # an earlier step never ran: so neither did this one
            return True

    def _key(self, step: Step) -> str:
        digest = hashlib.sha256(__version__.encode())
        digest.update(self.context.config.sha256(*step.sections).encode() if step.sections else b"")
        digest.update(code_hash(step.run).encode())
        for path in step.own_files(self.context.config):
            digest.update(path.read_bytes() if path.is_file() else b"")
        for name in step.needs:
            digest.update(self._fingerprint(name, step).encode())
        return digest.hexdigest()

    def _fingerprint(self, name: str, needed_by: Step) -> str:
        stamp = self._read_stamp(name)
        if stamp is None:
            raise DataError(
                f"kws {needed_by.name} needs the result of an earlier step", name, f"call kws {verb_of(name)} first"
            )
        return str(stamp["fingerprint"])

    def _is_current(self, step: Step, key: str) -> bool:
        stamp = self._read_stamp(step.name)
        root = self.context.config.run_dir
        return stamp is not None and stamp["key"] == key and all((root / name).exists() for name in step.outputs)

    def _read_stamp(self, name: str) -> dict[str, Any] | None:
        path = self._stamp_path_of(name)
        try:
            stamp = json.loads(path.read_text())
        except (OSError, ValueError):
            return None
        return stamp if isinstance(stamp, dict) and {"key", "fingerprint"} <= set(stamp) else None

    def _stamp_path(self, step: Step) -> Path:
        return self._stamp_path_of(step.name)

    def _stamp_path_of(self, name: str) -> Path:
        return self.context.config.run_dir / "steps" / f"{name}.json"


def time_left(config: Config) -> TimeLeft:
    """How long the steps of this configuration will take, judged by its last run, else by the demo's."""
    return TimeLeft(config.run_dir / "steps" / "seconds.json", DEMO_S)
