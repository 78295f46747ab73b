"""The state of a fit on disk, so that one that was killed goes on and ends with the same bytes.

One file holds everything that a further epoch depends on: weights (seeds of dropout included), the optimiser's slots,
the weight average, the state of the random numbers, the history. It is written whole or not at all, and belongs to
one set of data and settings by its key.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path


@dataclass(frozen=True)
class Checkpoint:
    """Where a fit's state is kept.

    Args:
        path: an ``.npz`` file.
        key: hash of everything that shapes the fit; a file with another key is passed over.
    """

    path: Path
    key: str

    def save(self, arrays: Sequence[NDArray[Any]], state: dict[str, Any]) -> None:
        """Write arrays and plain values; raises OSError."""
        note = json.dumps({"key": self.key, **state})
        with atomic_path(self.path) as temporary, temporary.open("wb") as file:
            np.savez(file, *arrays, note=np.frombuffer(note.encode(), np.uint8))

    def load(self) -> tuple[list[NDArray[Any]], dict[str, Any]] | None:
        """What was saved, or None when there is nothing of this key that can be read."""
        try:
            # opened here: numpy leaves a file open that it cannot read
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                state = json.loads(stored["note"].tobytes())
                if state.pop("key") != self.key:
                    return None
                return [stored[f"arr_{i}"] for i in range(len(stored.files) - 1)], state
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return None

    def remove(self) -> None:
        """The fit is finished and its result is kept."""
        self.path.unlink(missing_ok=True)


def fit_key(*parts: object) -> str:
    """Hash of what shapes a fit."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()
