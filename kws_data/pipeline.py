"""The chain of steps from a person to a detector on a board; ``kws run`` is this list.

Each step says which settings shape its result; which code does follows from what its function imports. Together with
the fingerprints of the steps before it they make its key; a step whose key and files are those of last time is skipped.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware_tools.atomic import write_text
from kws_data import __version__, steps
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.models.registry import family_files
from kws_data.steps import RunContext
from kws_data.system.code_version import code_hash


@dataclass(frozen=True)
class Step:
    """One step of the chain.

    Attributes:
        name: the verb that runs this step alone.
        title: what a person reads while it runs.
        run: does the work; returns the fingerprint of what it made. All code that it reaches shapes the result.
        sections: configuration sections that shape the result.
        needs: steps whose fingerprints shape the result.
        outputs: files below ``runs/<name>`` that must exist for the step to be current.
        always: the step finds out by itself what is new, so it runs each time.
        own_files: the user's files, named in the configuration, that shape the result.
    """

    name: str
    title: str
    run: Callable[[RunContext], str]
    sections: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    always: bool = False
    own_files: Callable[[Config], tuple[Path, ...]] = lambda config: ()


STEPS: tuple[Step, ...] = (
    Step("collect", "collect clips", steps.collect, always=True),
    Step("record", "record through the board", steps.record, needs=("collect",), always=True),
    Step(
        "build",
        "build the data set",
        steps.build,
        sections=("seed", "keywords", "data", "split", "balance", "release", "frontend", "augment"),
        needs=("record",),
        outputs=("dataset/dataset.json", "dataset/manifest.parquet"),
    ),
    Step(
        "train",
        "train the model",
        steps.train,
        sections=("seed", "keywords", "balance", "model", "train"),
        needs=("build",),
        outputs=("model/model_float.keras",),
        own_files=lambda config: family_files(config.model.family),
    ),
    Step(
        "export",
        "convert, slim, fix the threshold",
        steps.export,
        sections=("seed", "keywords", "frontend", "split", "balance", "model", "train", "export", "threshold"),
        needs=("train",),
        outputs=("model/model.tflite", "model/bundle.json", "model/labels.txt", "model/export.json", "export/ops.json"),
    ),
    Step(
        "check",
        "hold the limits",
        steps.check,
        sections=("budget", "device"),
        needs=("export",),
        outputs=("model/budget.json", "firmware/size.json"),
    ),
    Step(
        "flash",
        "flash the board",
        steps.flash,
        sections=("device",),
        needs=("export", "check"),
        always=True,
    ),
    Step(
        "evaluate",
        "measure on the host",
        steps.evaluate,
        sections=("threshold",),
        needs=("build", "export"),
        outputs=("report/host.json",),
    ),
    Step(
        "device-eval",
        "measure on the board",
        steps.device_eval,
        sections=("device",),
        needs=("build", "flash"),
        outputs=("report/device.json",),
    ),
    Step(
        "report",
        "write the report",
        steps.report,
        needs=("evaluate", "device-eval", "check"),
        outputs=("report/report.json", "report/report.html"),
    ),
)


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
    """

    context: RunContext
    force: bool = False
    announce: Callable[[Step, bool], None] = lambda step, skipped: None
    results: list[StepResult] = field(default_factory=list)

    def run(self, names: Iterable[str] | None = None) -> list[StepResult]:
        """Run the named steps (all when None), in the order of the chain."""
        wanted = None if names is None else set(names)
        for step in STEPS:
            if wanted is None or step.name in wanted:
                self.results.append(self._run_step(step))
        return self.results

    def _run_step(self, step: Step) -> StepResult:
        started = time.monotonic()
        key = self._key(step)
        current = not self.force and not step.always and self._is_current(step, key)
        self.announce(step, current)
        if not current:
            self._stamp_path(step).unlink(missing_ok=True)
            fingerprint = step.run(self.context)
            stamp = {"key": key, "fingerprint": fingerprint}
            write_text(self._stamp_path(step), json.dumps(stamp, indent=1))
        return StepResult(step.name, step.title, current, time.monotonic() - started)

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


def verb_of(step: str) -> str:
    """The command that runs a step: ``collect`` is ``synth`` or ``import``, which ``kws run`` calls."""
    return "run --until collect" if step == "collect" else step
