"""Rows of numbers that were measured of audio, kept beside it by its hash, so that nothing is measured twice::

    recordings/measures/<name>-<2 hex>.npy

The name says what measured them (with a version): of another one nothing is taken. A damaged file is as good as none.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path

_FOLDER = "measures"


@dataclass(frozen=True)
class KeptMeasures:
    """Where rows of one kind are kept.

    Attributes:
        folder: of the catalogue.
        name: of the kind, with its version.
        dtype: of a row; its field ``audio`` is the hash, ``S64``.
    """

    folder: Path
    name: str
    dtype: np.dtype[Any]

    def read(self, shard: str) -> NDArray[np.void]:
        """Rows of audio whose hash begins with two hex digits, in the order of the hashes."""
        kept = _read(self._path(shard))
        return kept if kept is not None and kept.dtype == self.dtype and kept.ndim == 1 else np.zeros(0, self.dtype)

    def write(self, shard: str, rows: NDArray[np.void]) -> None:
        """Keep the rows of a shard, sorted: the same bytes in whatever order they were measured. Where it cannot be
        written they are measured again."""
        path = self._path(shard)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_path(path) as temporary:
                np.save(temporary, rows[np.argsort(rows["audio"], kind="stable")], allow_pickle=False)

    def drop_older(self) -> None:
        """Delete what other versions of the same kind have left (names differ after their last hyphen)."""
        kind = self.name.rsplit("-", 1)[0]
        for path in (self.folder / _FOLDER).glob(f"{kind}-*.npy"):
            if not path.name.startswith(f"{self.name}-"):
                path.unlink(missing_ok=True)

    def _path(self, shard: str) -> Path:
        return self.folder / _FOLDER / f"{self.name}-{shard}.npy"


def _read(path: Path) -> NDArray[np.void] | None:
    try:
        kept: NDArray[np.void] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return kept


def forget_measures(folder: Path, audio: Iterable[str]) -> int:
    """Delete the rows of audio that is forgotten, whatever measured them; returns how many there were."""
    gone = {sha256.encode() for sha256 in audio}
    forgotten = 0
    for shard in sorted({sha256[:2].decode() for sha256 in gone}):
        for path in (folder / _FOLDER).glob(f"*-{shard}.npy"):
            rows = _read(path)
            if rows is None or not rows.dtype.names or "audio" not in rows.dtype.names:
                path.unlink(missing_ok=True)
                continue
            stays = np.array([bytes(sha256) not in gone for sha256 in rows["audio"]], bool)
            forgotten += int((~stays).sum())
            if not stays.all():
                with atomic_path(path) as temporary:
                    np.save(temporary, rows[stays], allow_pickle=False)
    return forgotten
