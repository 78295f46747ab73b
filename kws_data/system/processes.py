"""Worker processes that end when they should: at the end of their work, on Ctrl-C, and when their parent is gone.

Two ways to hand out work: a pool (:func:`worker_pool`), whose results come back, and jobs (:func:`run_jobs`), one
process each, which tell how far they are. Workers of both begin alike, with :func:`_begin`.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import TypeVar

from firmware_tools.errors import KwsError, ModelError
from kws_data.errors import DataError
from kws_data.interrupts import deferred_interrupts
from kws_data.progress import Progress, no_progress

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
#: Workers are fresh processes, not forked ones: TensorFlow's threads would not survive it.
_FRESH = multiprocessing.get_context("spawn")
Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Item, Progress], None]


@contextmanager
def worker_pool(
    workers: int, *, one_thread_each: bool = False, finish_begun: bool = False
) -> Iterator[ProcessPoolExecutor]:
    """A pool of fresh processes, all gone at the end of the block.

    Args:
        workers: processes.
        one_thread_each: numeric libraries of a worker use one thread: there are as many workers as cores.
        finish_begun: when the block ends with an error or an interruption, what workers are at is finished first;
            without it they are ended at once.

    Raises:
        ModelError: one of them was killed, most often because memory ran out.
    """
    before = {process.pid for process in multiprocessing.active_children()}
    with _one_thread_each() if one_thread_each else nullcontext():
        pool = ProcessPoolExecutor(workers, mp_context=_FRESH, initializer=_begin)
        try:
            yield pool
        except BaseException as error:
            pool.shutdown(wait=finish_begun, cancel_futures=True)
            for process in multiprocessing.active_children():
                if process.pid not in before and not finish_begun:
                    process.terminate()
            if isinstance(error, BrokenProcessPool):
                remedy = "is there enough memory? try --workers 1"
                raise ModelError("a worker process was killed", workers, remedy) from None
            raise
        pool.shutdown()


def worked_through(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int, *, finish_begun: bool = True
) -> Iterator[Result]:
    """Results of ``work`` on every item, in any order, from fresh processes of one thread each.

    After an error or Ctrl-C workers finish the items that they are at; no more than two for each are handed out ahead.
    Where an item takes long, or leaves nothing behind, ``finish_begun=False`` ends them at once.

    Raises:
        DataError: a worker was killed; and what ``work`` raises.
    """
    waiting, pending = deque(items), set[Future[Result]]()
    with worker_pool(workers, one_thread_each=True, finish_begun=finish_begun) as pool:
        try:
            while waiting or pending:
                while waiting and len(pending) < 2 * workers:
                    with starting():
                        pending.add(pool.submit(work, waiting.popleft()))
                done, pending = wait_for(pending, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        except BrokenProcessPool:
            remedy = "was there memory for it? call it again: what is finished is kept"
            raise DataError("a worker process was killed", f"{workers} workers", remedy) from None


@contextmanager
def starting() -> Iterator[None]:
    """Where processes start: Ctrl-C waits for the end of the block here, and in them for :func:`_begin`.

    A new process inherits which signals are held back; until it has loaded what it needs it could not ignore them.
    """
    resource_tracker.ensure_running()  # type: ignore[no-untyped-call,unused-ignore]  # it lets the signal through
    with deferred_interrupts():
        if not hasattr(signal, "pthread_sigmask"):
            yield
            return
        before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """What a worker does first: Ctrl-C is left to the parent, who ends its workers in order, and it ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))
    end_with_parent()


def end_with_parent() -> None:
    """Let this process end as soon as the one that started it has, however that ended."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that start within the block use one thread each: libraries ask the environment when they load."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def run_jobs(work: Work[Item], items: Sequence[Item], processes: int, progress: Progress | None = None) -> None:
    """Do ``work`` on every item, at most ``processes`` at a time; here and now when one process will do.

    Raises:
        KwsError: of the first job that failed, as it was raised there; the others are stopped.
    """
    tell = progress or no_progress
    if min(processes, len(items)) <= 1 or multiprocessing.parent_process() is not None:
        for item in items:
            work(item, tell)
        return
    waiting, running = list(items), dict[Connection, SpawnProcess]()
    try:
        while waiting or running:
            while waiting and len(running) < processes:
                ours, theirs = _FRESH.Pipe(duplex=False)
                child = _FRESH.Process(target=_child, args=(work, waiting.pop(0), theirs), daemon=True)
                with starting():
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


def _heard(pipe: Connection, child: SpawnProcess, tell: Progress) -> bool:
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
    _begin()

    def tell(stage: str, done: int, total: int) -> None:
        pipe.send(("progress", (stage, done, total)))

    try:
        work(item, tell)
        pipe.send(("done", None))
    except KwsError as error:
        pipe.send(("failed", error))
    except BrokenPipeError:
        sys.exit(1)  # nobody is left who wants the result


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
