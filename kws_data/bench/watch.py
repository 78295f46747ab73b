"""Workers that try dangerous things one by one, and the parent who sees one die or hang and goes on with another.

A worker is a function of a pipe, a folder of its own kind and the kinds of things to try. It sends ``(READY, "", "")``
when it can begin, then takes tasks from the pipe and answers with ``(number, fate, cause)`` for each thing, in order.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from firmware_tools.errors import KwsError

START_S = 180.0  # loading the libraries on a busy machine
LOOK_S = 0.5

READY = -1

Task = tuple[str, int, int, int]  # kind, seed, first number, number after the last
Result = tuple[str, int, str, str]  # kind, number, fate, cause
Work = Callable[[Connection, str, tuple[str, ...]], None]

_FRESH = multiprocessing.get_context("spawn")


@dataclass
class Worker:
    """One process, what it is at, and since when nothing was heard of it."""

    process: SpawnProcess
    pipe: Connection
    heard_at: float
    ready: bool = False
    task: Task | None = None
    done: int = field(default=0)

    def hangs(self, hang_s: float) -> bool:
        """Whether it is at one thing for too long."""
        if self.ready and self.task is None:
            return False
        return time.monotonic() - self.heard_at > (hang_s if self.ready else START_S)

    def end(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def watched(work: Work, tasks: list[Task], workers: int, hang_s: float, until: float) -> Iterator[Result]:
    """Results as they come, until all tasks are done or ``until`` (of the monotonic clock) is reached.

    Args:
        work: what a worker does; a function that a fresh process can import.
        tasks: in the order in which they are begun.
        workers: processes.
        hang_s: seconds without an answer for one thing, from which on it counts as a hang.
        until: when to stop, whatever is left.

    Raises:
        KwsError: a worker cannot begin.
    """
    waiting, kinds = deque(tasks), tuple(dict.fromkeys(kind for kind, *_ in tasks))
    with tempfile.TemporaryDirectory(prefix="kws-bench-") as folder:
        running = [_started(work, folder, kinds) for _ in range(min(workers, len(tasks)))]
        try:
            while (waiting or any(worker.task for worker in running)) and time.monotonic() < until:
                wait([worker.pipe for worker in running], LOOK_S)
                for place, worker in enumerate(running):
                    yield from _heard(worker)
                    fate = _fate(worker, hang_s)
                    if fate is not None:
                        worker.end()
                        yield from _blamed(worker, fate, waiting)
                        running[place] = _started(work, folder, kinds)
                    elif worker.ready and worker.task is None and waiting:
                        _give(worker, waiting.popleft())
        finally:
            for worker in running:
                worker.end()


def _started(work: Work, folder: str, kinds: tuple[str, ...]) -> Worker:
    ours, theirs = _FRESH.Pipe()
    process = _FRESH.Process(target=work, args=(theirs, folder, kinds), daemon=True)
    process.start()
    theirs.close()
    return Worker(process, ours, time.monotonic())


def _give(worker: Worker, task: Task) -> None:
    worker.task, worker.done, worker.heard_at = task, task[2], time.monotonic()
    worker.pipe.send(task)


def _heard(worker: Worker) -> Iterator[Result]:
    """All that a worker has sent."""
    try:
        while worker.pipe.poll():
            number, fate, cause = worker.pipe.recv()
            worker.heard_at = time.monotonic()
            if number == READY:
                worker.ready = True
                continue
            assert worker.task is not None
            kind, _, _, stop = worker.task
            worker.done = number + 1
            if worker.done == stop:
                worker.task = None
            yield kind, number, fate, cause
    except (EOFError, OSError):
        worker.process.join(LOOK_S)


def _fate(worker: Worker, hang_s: float) -> str | None:
    """None for a worker that lives and answers."""
    if not worker.process.is_alive():
        return "crash"
    return "hang" if worker.hangs(hang_s) else None


def _blamed(worker: Worker, fate: str, waiting: deque[Task]) -> Iterator[Result]:
    """The thing that a dead worker was at; what it had not begun goes back.

    Raises:
        KwsError: it died before it had any.
    """
    if worker.task is None:
        remedy = "is there enough memory? try --workers 1"
        raise KwsError("a worker of the bench ended before its first file", worker.process.exitcode, remedy)
    kind, seed, _, stop = worker.task
    code = worker.process.exitcode
    yield kind, worker.done, fate, f"signal {-code}" if fate == "crash" and code and code < 0 else ""
    if worker.done + 1 < stop:
        waiting.appendleft((kind, seed, worker.done + 1, stop))
