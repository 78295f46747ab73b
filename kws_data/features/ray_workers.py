"""A build on a Ray cluster: the same chunks and the same function as on one machine, spread by Ray Data.

The work is a Ray data set with one block a chunk; ``map_batches`` brings each block to whichever node is free. Rows go
from the node straight into the feature store, at a path that fsspec opens, so only counts and failures travel back. A
chunk whose process or node dies is given to another: it writes the same file.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from firmware_tools.errors import KwsError
from kws_data.errors import DataError
from kws_data.features.compute import WORK, ChunkResult, Work, compute_chunk
from kws_data.features.recipe import Recipe
from kws_data.features.workers import CHUNK_ROWS, chunks_of, rows_of

RETRIES = 20
_OBJECT_STORE_BYTES = 200_000_000


@dataclass(frozen=True)
class RayEngine:
    """Workers of a Ray cluster.

    Attributes:
        workers: of a cluster that is started here for this build, when there is none.
        address: of a running cluster (``auto`` finds one on this machine).
    """

    workers: int = 2
    address: str | None = None

    def run(self, recipe: Recipe, work: Work) -> Iterator[ChunkResult]:
        """See :class:`kws_data.features.workers.Engine`."""
        if not len(work):
            return
        ray = import_ray()
        started = not ray.is_initialized()
        try:
            if started:
                _connect(ray, self.address, self.workers)
            yield from _mapped(ray, recipe, work)
        except KwsError:
            raise
        except (ray.exceptions.RayError, ConnectionError, ValueError, RuntimeError) as error:
            raise _kws_error(error) from None
        finally:
            if started:
                ray.shutdown()


def import_ray() -> Any:
    """The module ray, with Ray Data; raises DataError when it is not installed."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
        import ray.data
    except ImportError:
        raise DataError("Ray is not installed", "--engine ray", "pip install 'kws[ray]'") from None
    return ray


def _connect(ray: Any, address: str | None, workers: int) -> None:
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is not None:
        ray.init(address=address, **quiet)
    else:
        cores = max(workers, 2)  # of a single core Ray Data keeps so much for itself that no task ever starts
        ray.init(num_cpus=cores, include_dashboard=False, object_store_memory=_OBJECT_STORE_BYTES, **quiet)


def _mapped(ray: Any, recipe: Recipe, work: Work) -> Iterator[ChunkResult]:
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what fails is raised
    cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
    chunks = chunks_of(work, min(CHUNK_ROWS, -(-rows_of(work) // (4 * cores))))
    mapped = ray.data.from_arrow([_table(chunk) for chunk in chunks]).map_batches(
        compute_table,
        batch_size=None,
        batch_format="pyarrow",
        fn_kwargs={"recipe": recipe},
        max_retries=RETRIES,
    )
    for row in mapped.iter_rows():
        yield ChunkResult(int(row["clips"]), int(row["copies"]), json.loads(row["failures"]))


def _table(chunk: Work) -> Any:
    """Work as an Arrow table: one column of fixed-size bytes."""
    import pyarrow

    data = pyarrow.py_buffer(np.ascontiguousarray(chunk).tobytes())
    column = pyarrow.FixedSizeBinaryArray.from_buffers(pyarrow.binary(WORK.itemsize), len(chunk), [None, data])
    return pyarrow.table({"work": column})


def compute_table(table: Any, recipe: Recipe) -> Any:
    """What runs on a node: :func:`kws_data.features.compute.compute_chunk` from table to table; raises as that does."""
    import pyarrow

    work = np.frombuffer(b"".join(table.column("work").to_pylist()), WORK)
    done = compute_chunk(recipe, work)
    return pyarrow.table(
        {"clips": [done.clips], "copies": [done.copies], "failures": [json.dumps(done.failures, sort_keys=True)]}
    )


def _kws_error(error: BaseException) -> KwsError:
    """What a person should read: the error of kws that is inside Ray's, or the innermost of all."""
    inner = error
    while (below := getattr(inner, "cause", None) or inner.__cause__) is not None:
        inner = below
    if isinstance(inner, KwsError):
        return inner
    lines = [line.strip() for line in str(inner).splitlines() if line.strip()]
    return DataError("the Ray cluster failed", type(inner).__name__, lines[-1] if lines else "look at its logs")
