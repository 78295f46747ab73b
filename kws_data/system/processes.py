"""Worker processes that end when they should: at the end of their work, on Ctrl-C, and when their parent is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from firmware_tools.errors import KwsError, ModelError
from kws_data.progress import Progress

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
Item = TypeVar("Item")
Work = Callable[[Item, Progress], None]

PARENT_CHECK_S = 1.0


@contextmanager
def worker_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Fresh processes (not forked: TensorFlow's threads would not survive it), all gone at the end of the block.

    When the block ends with an error or an interruption they are ended at once, whatever they were at.

    Raises:
        ModelError: one of them was killed, most often because memory ran out.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)
    before = {process.pid for process in multiprocessing.active_children()}
    try:
        yield pool
    except BaseException as error:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            if process.pid not in before:
                process.terminate()
        if isinstance(error, BrokenProcessPool):
            raise ModelError(
                "a worker process was killed", workers, "is there enough memory? try --workers 1"
            ) from None
        raise
    pool.shutdown()


def _start_worker() -> None:
    """Ctrl-C is for the parent, who ends its workers in order; a worker whose parent is gone ends by itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_CHECK_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Workers use one thread each: there are as many of them as cores."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def end_with_parent() -> None:
    """Let this process end as soon as the one that started it has, however that ended."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


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
