"""Many damaged files through the doors of kws, and a row a kind of what became of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from firmware_tools.atomic import write_bytes
from kws_data.bench.damaged.case import BAD, KINDS, Fate, Kind
from kws_data.bench.damaged.make import make_case
from kws_data.bench.damaged.worker import work
from kws_data.bench.watch import Task, watched
from kws_data.progress import Progress

TASK_FILES = 200
FINDINGS = 20  # so many of a kind are listed


@dataclass(frozen=True)
class DamagedBench:
    """How many files of each kind, and within which bounds."""

    audio: int = 100_000
    yaml: int = 10_000
    tflite: int = 10_000
    seconds: float = 600.0
    seed: int = 0
    workers: int = 2
    hang_s: float = 20.0
    keep: Path | None = None

    @property
    def wanted(self) -> Mapping[Kind, int]:
        """Files of each kind."""
        return {"audio": self.audio, "yaml": self.yaml, "tflite": self.tflite}


@dataclass(frozen=True)
class Finding:
    """A file that was not met as it should be; seed, kind and number make it again."""

    number: int
    fate: Fate
    cause: str
    made_from: str
    damage: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "number": self.number,
            "fate": self.fate,
            "cause": self.cause,
            "made_from": self.made_from,
            "damage": list(self.damage),
        }


@dataclass
class Row:
    """What became of the files of one kind."""

    kind: Kind
    wanted: int
    fates: Counter[Fate] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def files(self) -> int:
        """Files that were tried."""
        return sum(self.fates.values())

    @property
    def faultless(self) -> bool:
        """Whether nothing happened that must not."""
        return not any(self.fates[fate] for fate in BAD)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        names: tuple[tuple[str, Fate], ...] = (
            *(("read", "read"), ("refused", "refused"), ("crashes", "crash"), ("hangs", "hang")),
            *(("tracebacks", "traceback"), ("silent_losses", "loss")),
        )
        return {
            "kind": self.kind,
            "wanted": self.wanted,
            "files": self.files,
            **{name: self.fates[fate] for name, fate in names},
            "causes": dict(sorted(self.causes.items(), key=lambda item: (-item[1], item[0]))),
            "findings": [finding.to_dict() for finding in sorted(self.findings, key=lambda f: f.number)[:FINDINGS]],
        }


def bench_damaged(bench: DamagedBench, progress: Progress) -> list[Row]:
    """Try all files, or as many as fit in the seconds; write those that were met wrongly to ``bench.keep``.

    Raises:
        KwsError: a worker process cannot begin.
        OSError: a file cannot be kept.
    """
    rows = {kind: Row(kind, count) for kind, count in bench.wanted.items() if count}
    total = sum(bench.wanted.values())
    until = time.monotonic() + bench.seconds
    results = watched(work, _tasks(bench), bench.workers, bench.hang_s, until)
    for done, (name, number, said, cause) in enumerate(results, 1):
        progress("damaged files", done, total)
        kind, fate = cast("Kind", name), cast("Fate", said)
        row = rows[kind]
        row.fates[fate] += 1
        if fate in BAD:
            row.causes[f"{fate}: {cause}" if cause else fate] += 1
            row.findings.append(_finding(bench, kind, number, fate, cause))
    return list(rows.values())


def _tasks(bench: DamagedBench) -> list[Task]:
    """All files in tasks, the kinds mixed so that each is as far as the others whenever time is up."""
    placed: list[tuple[float, Task]] = []
    for kind in KINDS:
        count = bench.wanted[kind]
        for first in range(0, count, TASK_FILES):
            placed.append((first / count, (kind, bench.seed, first, min(first + TASK_FILES, count))))
    return [task for _, task in sorted(placed, key=lambda item: item[0])]


def _finding(bench: DamagedBench, kind: Kind, number: int, fate: Fate, cause: str) -> Finding:
    case = make_case(kind, bench.seed, number)
    if bench.keep is not None:
        write_bytes(bench.keep / f"{fate}-{kind}-{bench.seed}-{number}{Path(case.seed.name).suffix}", case.data)
    return Finding(number, fate, cause, case.seed.name, case.damage)
