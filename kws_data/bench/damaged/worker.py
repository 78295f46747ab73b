"""The process that opens damaged files: it may die, hang or grow, its parent watches it (``bench/watch.py``)."""

from __future__ import annotations

import contextlib
import os
import signal
import warnings
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

from kws_data.bench.damaged.case import Kind
from kws_data.bench.damaged.doors import try_door
from kws_data.bench.damaged.make import make_case
from kws_data.bench.watch import READY
from kws_data.system.processes import end_with_parent

MORE_BYTES = 3 << 29  # memory that one file may take, above what the process has when it begins: 1.5 GiB


def work(pipe: Connection, folder: str, kinds: tuple[str, ...]) -> None:
    """Take tasks from the pipe until it closes (``kws_data.bench.watch``)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    _be_silent()
    warnings.simplefilter("ignore")
    for kind in kinds:  # libraries are loaded before the clock runs
        _one(kind, 0, 0, folder)
    _limit_memory()
    pipe.send((READY, "read", ""))
    with contextlib.suppress(EOFError):
        while True:
            kind, seed, first, stop = pipe.recv()
            for number in range(first, stop):
                pipe.send((number, *_one(kind, seed, number, folder)))


def _one(kind: str, seed: int, number: int, folder: str) -> tuple[str, str]:
    case = make_case(cast("Kind", kind), seed, number)
    path = _place(folder, case.seed.name)
    path.write_bytes(case.data)
    verdict = try_door(case, path)
    return verdict.fate, verdict.cause


def _place(folder: str, name: str) -> Path:
    """One file a process, named as its kind is."""
    return Path(folder) / f"{os.getpid()}{Path(name).suffix}"


def _be_silent() -> None:
    """Decoders write what they think of a file to stderr, past Python."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _limit_memory() -> None:
    """From here on memory that a damaged header asks for is refused, where the system can do that."""
    with contextlib.suppress(ImportError, OSError, ValueError, AttributeError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + MORE_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
