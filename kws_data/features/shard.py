"""One file of the feature store: rows, then a table that says what they are, then a footer that proves the table.

::

    rows    n x row_bytes
    table   n x 72 bytes (ROW): key of the row, digest of its bytes
    footer  56 bytes (FOOTER): magic, n, row_bytes, digest of the table

A shard says all about itself, so the store needs no other index and nothing can disagree with it. Its name is the hash
of its keys: a chunk that is computed twice, by a retry or by two builds at once, is one file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.system.storage import Place

MAGIC = b"kwsfeat1"
SUFFIX = ".shard"

#: What a row holds: hash of the audio, the second speaker's hash (its beginning; zeros for none), number of the first
#: copy, how many copies, and whether a word is said.
KEY = np.dtype([("audio", "V32"), ("voice", "V16"), ("first", "<u4"), ("copies", "<u2"), ("word", "<u2")])
ROW = np.dtype([("key", KEY), ("digest", "V16")])
FOOTER = np.dtype([("magic", "V8"), ("rows", "<u8"), ("row_bytes", "<u8"), ("table", "V32")])

Keys = NDArray[np.void]
Digests = NDArray[np.void]


@dataclass(frozen=True)
class Shard:
    """A shard whose table was read and is whole.

    Attributes:
        name: in the store.
        row_bytes: bytes of one row.
        table: ROW ``[rows]``.
    """

    name: str
    row_bytes: int
    table: NDArray[np.void]


def row_digest(row: bytes | memoryview) -> bytes:
    """Sixteen bytes that stand for a row's content."""
    return hashlib.sha256(row).digest()[:16]


def digests_of(rows: NDArray[Any]) -> Digests:
    """V16 ``[rows]`` of an array whose first axis counts rows."""
    flat = np.ascontiguousarray(rows).reshape(len(rows), -1).view(np.uint8)
    return np.frombuffer(b"".join(row_digest(row.data) for row in flat), "V16")


def write_shard(place: Place, folder: str, keys: Keys, rows: NDArray[Any]) -> Digests:
    """Write rows ``[n, ...]`` under their keys ``[n]``; returns their digests. Raises OSError."""
    rows = np.ascontiguousarray(rows)
    table = np.empty(len(keys), ROW)
    table["key"], table["digest"] = keys, digests_of(rows)
    tail = table.tobytes()
    footer = np.zeros(1, FOOTER)
    footer["magic"], footer["rows"], footer["row_bytes"] = MAGIC, len(keys), rows.nbytes // len(keys)
    footer["table"] = hashlib.sha256(tail).digest()
    parts = (rows.data.cast("B"), tail, footer.tobytes())
    place.write(f"{folder}/{_name(keys)}{SUFFIX}", parts)
    digests: Digests = table["digest"]
    return digests


def _name(keys: Keys) -> str:
    return hashlib.sha256(np.ascontiguousarray(keys).tobytes()).hexdigest()[:32]


def read_shard(place: Place, name: str, size: int) -> Shard | None:
    """The shard's table, or None when the file is not one, is cut off, or its table is damaged.

    ``size`` is the file's size in bytes. Rows are not read: their digests tell when they are.
    """
    if size < FOOTER.itemsize:
        return None
    footer = np.frombuffer(place.read(name, -FOOTER.itemsize), FOOTER)[0]
    count, row_bytes = int(footer["rows"]), int(footer["row_bytes"])
    expected = count * (row_bytes + ROW.itemsize) + FOOTER.itemsize
    if footer["magic"].tobytes() != MAGIC or size != expected:
        return None
    tail = place.read(name, count * row_bytes, count * ROW.itemsize)
    if hashlib.sha256(tail).digest() != footer["table"].tobytes():
        return None
    return Shard(name, row_bytes, np.frombuffer(tail, ROW))


def read_rows(place: Place, shard: str, row_bytes: int, first: int, count: int) -> NDArray[np.uint8]:
    """uint8 ``[count, row_bytes]``, ``count`` rows from the row ``first`` on; fewer when the file is cut off."""
    data = np.frombuffer(place.read(shard, first * row_bytes, count * row_bytes), np.uint8)
    whole = len(data) // row_bytes
    return data[: whole * row_bytes].reshape(whole, row_bytes)
