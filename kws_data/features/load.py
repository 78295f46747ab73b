"""Features of a split, as they lie in a data set's folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError


@dataclass(frozen=True)
class FeatureSet:
    """Features of one split, memory-mapped.

    Attributes:
        split: train, validation, test, unlabelled, or negatives.
        x: int8 ``[clips, copies, frames, features]``; copy 0 is the clip as it is.
        y: int32 ``[clips]``, index into the labels; -1 for all that are unlabelled.
        clip_ids: ``[clips]`` strings.
    """

    split: str
    x: NDArray[np.int8]
    y: NDArray[np.int32]
    clip_ids: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.y)


def feature_path(folder: Path, split: str, part: str) -> Path:
    """File of a split's ``x``, ``y`` or ``ids``."""
    return folder / f"features-{split}-{part}.npy"


def load_features(folder: Path | str, split: str) -> FeatureSet:
    """Open the features of a split.

    Raises:
        DataError: not built yet, or files that do not belong together.
    """
    folder = Path(folder)
    x, y, ids = (_open(feature_path(folder, split, part)) for part in ("x", "y", "ids"))
    if not len(x) == len(y) == len(ids) or x.ndim != 4 or x.dtype != np.int8:
        raise DataError("features do not belong together", str(folder), "build them again: kws build")
    return FeatureSet(split, x, np.asarray(y, np.int32), np.asarray(ids))


def load_audio_clips(folder: Path | str, split: str = "test") -> NDArray[np.int16]:
    """Samples of the test or validation clips ``[clips, samples]``, ordered as their features; raises DataError."""
    clips: NDArray[np.int16] = _open(Path(folder) / f"audio-{split}.npy")
    return clips


def places_of(folder: Path | str, split: str, ids: Sequence[str]) -> list[int]:
    """Where a few clips stand in a split; raises DataError where one does not."""
    there = _open(feature_path(Path(folder), split, "ids"))
    places = {str(there[at]): int(at) for at in np.flatnonzero(np.isin(there, np.array(ids, np.str_)))}
    for clip_id in ids:
        if clip_id not in places:
            raise DataError("predictions are of another data set", clip_id, "call kws run, which measures again")
    return [places[clip_id] for clip_id in ids]


def _open(path: Path) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise DataError("data set is not built", str(path), "call kws build") from None
    except (OSError, ValueError) as error:
        raise DataError("features cannot be read", str(path), f"{error}; call kws build again") from None
    return array
