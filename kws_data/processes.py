"""Worker processes that end when they should: at the end of their work, on Ctrl-C, and when their parent is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from firmware_tools.errors import ModelError

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
