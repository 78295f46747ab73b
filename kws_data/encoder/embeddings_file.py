"""Features of an encoder as one file for use elsewhere: ``numpy.load(FILE)`` gives them by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path


def write_embeddings(
    path: Path, features: NDArray[np.float16], columns: Mapping[str, Sequence[str]], encoder: str, licence: str
) -> None:
    """Write an .npz, whole or not at all: ``features`` float16 ``[clips, frames, width]``, a text array ``[clips]`` for
    each column, and the ``encoder`` and its ``licence``. Raises OSError.
    """
    texts = {name: np.array(values, str) for name, values in columns.items()}
    named = {"features": features, **texts, "encoder": np.array(encoder), "licence": np.array(licence)}
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **named)
