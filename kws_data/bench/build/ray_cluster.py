"""A Ray cluster of two nodes on this machine, and how one of its workers dies: for the bench and the tests."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kws_data.errors import DataError
from kws_data.features.ray_workers import import_ray

_OBJECT_STORE_BYTES = 100_000_000


@contextmanager
def two_nodes() -> Iterator[Any]:
    """Two nodes of one core each, to which this process is connected; raises DataError without Ray."""
    ray = import_ray()
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": _OBJECT_STORE_BYTES}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    try:
        cluster.add_node(**node)
        ray.init(address=cluster.address, log_to_driver=False, logging_level=logging.ERROR)
        yield cluster
    finally:
        ray.shutdown()
        cluster.shutdown()


class WorkerKiller:
    """Kills one worker process of a cluster while it computes.

    Attributes:
        killed: process that was killed, or None as long as none was.
    """

    def __init__(self, cluster: Any, started: Path) -> None:
        """``started``: a folder of the feature store; as soon as a shard lies in it, the work is under way."""
        self._raylets = [_raylet(node) for node in cluster.list_all_nodes()]
        self._started = started
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.killed: int | None = None

    def __enter__(self) -> WorkerKiller:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while self.killed is None and not self._stop.wait(0.01):
            if any(self._started.glob("*/*.shard")):
                self.killed = self._kill_one()

    def _kill_one(self) -> int | None:
        for raylet in self._raylets:
            for process in children(raylet):
                if "MapBatches" in _command(process):
                    os.kill(process, signal.SIGKILL)
                    return process
        return None


def _raylet(node: Any) -> int:
    return int(node.all_processes["raylet"][0].process.pid)


def children(process: int) -> list[int]:
    """Processes that this one started and that still run."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        if int(fields[1]) == process:
            found.append(int(place.parent.name))
    return found


def _command(process: int) -> str:
    """What the process calls itself: Ray names a worker after what it computes."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def wait_for(condition: Any, seconds: float) -> None:
    """Wait until something holds; raises DataError when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise DataError("waited in vain", f"{seconds:g} s")
        time.sleep(0.05)
