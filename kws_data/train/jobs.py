"""Trainings side by side, one process and one thread each, so that all cores learn and results stay the same.

A job is a function that stands in a module, an item it works on (both go to a fresh process), and a ``progress`` it
tells. What it makes it writes to files.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from firmware_tools.errors import KwsError, ModelError

Progress = Callable[[str, int, int], None]
Item = TypeVar("Item")
Work = Callable[[Item, Progress], None]


def run_jobs(work: Work[Item], items: Sequence[Item], processes: int, progress: Progress | None = None) -> None:
    """Do ``work`` on every item, at most ``processes`` at a time; here and now when one process will do.

    Raises:
        KwsError: of the first job that failed; the others are stopped.
    """
    tell = progress or _no_progress
    if min(processes, len(items)) <= 1 or multiprocessing.parent_process() is not None:
        for item in items:
            work(item, tell)
        return
    context = multiprocessing.get_context("spawn")
    waiting, running = list(items), dict[Connection, Any]()
    try:
        while waiting or running:
            while waiting and len(running) < processes:
                ours, theirs = context.Pipe(duplex=False)
                child = context.Process(target=_child, args=(work, waiting.pop(0), theirs), daemon=True)
                child.start()
                theirs.close()
                running[ours] = child
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                if not _heard(ready, running[ready], tell):
                    running.pop(ready).join()
    finally:
        for child in running.values():
            child.terminate()
            child.join()


def _heard(pipe: Connection, child: Any, tell: Progress) -> bool:
    """Take one message; False when the job is done. Raises what the job raised."""
    try:
        kind, content = pipe.recv()
    except EOFError:
        child.join()
        raise ModelError("a training process died", f"exit code {child.exitcode}", "is there enough memory?") from None
    if kind == "failed":
        raise content
    if kind == "progress":
        tell(*content)
    return bool(kind == "progress")


def _child(work: Work[Item], item: Item, pipe: Connection) -> None:
    parent = os.getppid()

    def tell(stage: str, done: int, total: int) -> None:
        if os.getppid() != parent:
            sys.exit(130)  # nobody is left who wants the result
        pipe.send(("progress", (stage, done, total)))

    try:
        work(item, tell)
        pipe.send(("done", None))
    except KwsError as error:
        pipe.send(("failed", ModelError(error.what, error.value, error.remedy)))
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)


def _no_progress(stage: str, done: int, total: int) -> None:
    return None


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
