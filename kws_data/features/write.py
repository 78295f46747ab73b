"""From the feature store to the files of a data set: rows in the order of the manifest, checked on the way.

Only a window of clips is in memory at once, and files are written from their beginning to their end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path
from kws_data.errors import DataError
from kws_data.features.shard import Digests, Keys, digests_of, read_rows
from kws_data.features.store import FeatureStore, Located
from kws_data.system.storage import Place

WINDOW_BYTES = 8 << 20
Result = TypeVar("Result")
RUN_GAP = 8  # rows that are read along with the others rather than skipped


class DamagedRowsError(Exception):
    """Shards of the store whose rows are not what their table says, or a part of which rows are gone."""

    def __init__(self, shards: set[str]) -> None:
        super().__init__(f"{len(shards)} damaged")
        self.shards = shards


@dataclass(frozen=True)
class Column:
    """Where the rows of one part lie, clip by clip, and the shards that hold them."""

    names: list[str]
    row_bytes: list[int]
    located: Located


def columns_of(store: FeatureStore, parts: Sequence[tuple[str, Keys]]) -> list[Column]:
    """Where the rows of these keys lie in each part; raises DamagedRowsError when one has none."""
    columns = []
    for part, keys in parts:
        index = store.index(part)
        located = index.locate(keys)
        if located.missing.any():
            raise DamagedRowsError({f"{part}/missing"})
        columns.append(Column(index.names, index.row_bytes, located))
    return columns


def write_rows(
    path: Path,
    store: FeatureStore,
    columns: list[Column],
    shape: tuple[int, ...],
    dtype: type[np.generic],
    done: Callable[[int], None] = lambda clips: None,
    threads: int = 2,
) -> None:
    """Write ``path`` as .npy of ``shape``: each clip's row is that of each column, one after the other.

    Raises:
        DamagedRowsError: rows in the store are not what their digests say; nothing is written.
        OSError: the store cannot be read or the file cannot be written.
    """
    row_bytes = int(np.prod(shape[1:])) * np.dtype(dtype).itemsize
    step = max(1, WINDOW_BYTES // row_bytes)
    windows = [slice(start, min(start + step, shape[0])) for start in range(0, shape[0], step)]
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        _write_header(file, shape, dtype)
        for rows in _ahead(lambda window: read_window(store, columns, window), windows, threads):
            file.write(rows.data)
            done(len(rows))


def _write_header(file: IO[bytes], shape: tuple[int, ...], dtype: type[np.generic]) -> None:
    header = {"descr": np.lib.format.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)


def _ahead(work: Callable[[slice], NDArray[Any]], windows: list[slice], threads: int) -> Iterator[NDArray[Any]]:
    """Results in order, a few computed ahead in threads: reading and hashing let go of the interpreter."""
    with ThreadPoolExecutor(threads) as pool:
        pending: deque[Future[NDArray[Any]]] = deque()
        try:
            for window in windows:
                pending.append(pool.submit(work, window))
                if len(pending) > threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def mended(where: Place, read: Callable[[], Result], compute: Callable[[], object]) -> Result:
    """What ``read`` gives; shards that it finds damaged are removed, and ``compute`` is to bring their rows back.

    Raises:
        DataError: what was computed again is damaged again.
    """
    seen = set[str]()
    while True:
        try:
            return read()
        except DamagedRowsError as damage:
            if damage.shards <= seen:
                raise DataError("feature store is damaged again and again", where.url, "is its disk good?") from None
            seen |= damage.shards
            for shard in damage.shards:
                where.remove(shard)
            compute()


def read_all(
    store: FeatureStore, parts: Sequence[tuple[str, Keys]], shape: tuple[int, ...], dtype: type[np.generic]
) -> NDArray[Any]:
    """Rows of the store as an array in memory, of ``shape``: each clip's row is that of each part, one after the other.

    Raises:
        DamagedRowsError: rows in the store are not what their digests say, or not there.
        OSError: the store cannot be read.
    """
    columns, made = columns_of(store, parts), np.empty(shape, dtype)
    step = max(1, WINDOW_BYTES // max(1, made[:1].nbytes))
    for start in range(0, shape[0], step):
        rows = read_window(store, columns, slice(start, min(start + step, shape[0])))
        made[start : start + step] = rows.view(dtype).reshape(-1, *shape[1:])
    return made


def read_window(store: FeatureStore, columns: list[Column], window: slice) -> NDArray[np.uint8]:
    """uint8 ``[clips, bytes]`` of some clips; raises DamagedRowsError."""
    parts = [_rows(store, column, window) for column in columns]
    return np.ascontiguousarray(np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0])


def _rows(store: FeatureStore, column: Column, window: slice) -> NDArray[np.uint8]:
    located = column.located
    shards, rows, digests = located.shard[window], located.row[window], located.digest[window]
    collected = np.empty((len(shards), column.row_bytes[int(shards[0])]), np.uint8)
    for shard in np.unique(shards):
        places = np.flatnonzero(shards == shard)
        places = places[np.argsort(rows[places], kind="stable")]
        for run in np.split(places, np.flatnonzero(np.diff(rows[places].astype(np.int64)) > RUN_GAP) + 1):
            first = int(rows[run[0]])
            _read_run(store, column, int(shard), first, rows[run] - np.uint32(first), collected, run)
    _check(column, shards, collected, digests)
    return collected


def _read_run(
    store: FeatureStore,
    column: Column,
    shard: int,
    first: int,
    offsets: NDArray[np.uint32],
    into: NDArray[np.uint8],
    places: NDArray[np.intp],
) -> None:
    """Rows ``first + offsets`` of a shard into these places."""
    name, count = column.names[shard], int(offsets[-1]) + 1
    try:
        read = read_rows(store.where, name, into.shape[1], first, count)
    except FileNotFoundError:
        raise DamagedRowsError({name}) from None
    if len(read) < count or column.row_bytes[shard] != into.shape[1]:
        raise DamagedRowsError({name})
    into[places] = read[offsets]


def _check(column: Column, shards: NDArray[np.int32], rows: NDArray[np.uint8], digests: Digests) -> None:
    wrong = digests_of(rows) != digests
    if wrong.any():
        raise DamagedRowsError({column.names[shard] for shard in np.unique(shards[wrong])})
