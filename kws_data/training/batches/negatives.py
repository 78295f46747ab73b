"""Hours in which no keyword is said, as a fit sees them: windows of stretches, at every place that a stream has.

A window is as long as a clip and begins anywhere in its stretch, so it holds words whole, cut at either end, and
pauses, as the detector meets them. Windows that the model took for a keyword when it last listened make up a share of
the draws (hard negatives, or bootstrapping: Sung and Poggio 1998, https://doi.org/10.1109/34.655648).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.config.training import NegativesSettings
from kws_data.dataset.negative_table import read_negatives
from kws_data.features.load import feature_path, load_features

PLACE = 5  # a window begins at a frame that is a multiple of it
SPLIT = "negatives"
SILENCE_LABEL = 0

#: [windows, 3]: stretch, copy, place.
Windows = NDArray[np.int32]


@dataclass(frozen=True)
class Negatives:
    """Stretches of recordings.

    Attributes:
        x: int8 [stretches, copies, frames, features]; copy 0 is as it was recorded.
        y: int [stretches], the label of all windows: 0 of noise, 1 of speech.
        frames: of a window.
        hop_s: seconds from one frame to the next.
        untold: bool [stretches], of which nobody wrote down what is said: a keyword may be; all are told when None.
        recordings: the name of each one's recording, for people.
        doubtful: stretches that are not drawn from any more, as the model is certain of a keyword there.
    """

    x: NDArray[np.int8]
    y: NDArray[np.int64]
    frames: int
    hop_s: float = 0.02
    untold: NDArray[np.bool_] | None = None
    recordings: tuple[str, ...] = ()
    doubtful: frozenset[int] = frozenset()

    @property
    def places(self) -> int:
        """Windows of a stretch."""
        return int((self.x.shape[2] - self.frames) // PLACE + 1)

    @property
    def hours(self) -> float:
        """Hours of the stretches, each once."""
        return float(len(self.x) * self.x.shape[2] * self.hop_s / 3_600)

    def sha256(self) -> str:
        """Hash of all that is learnt from."""
        digest = hashlib.sha256(f"{self.x.shape} {self.frames}".encode())
        for array in (self.x, self.y):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    @property
    def drawn(self) -> NDArray[np.bool_]:
        """Which stretches windows are drawn from."""
        drawn = np.ones(len(self.y), bool)
        drawn[sorted(self.doubtful)] = False
        return drawn

    def names(self, stretches: frozenset[int]) -> list[str]:
        """The recordings that stretches are of, each once."""
        return list(dict.fromkeys(self.recordings[stretch] for stretch in sorted(stretches)))

    def windows(self, chosen: Windows) -> NDArray[np.int8]:
        """int8 [windows, frames, features]."""
        stretch, copy, place = (column[:, None] for column in chosen.T)
        return np.asarray(self.x[stretch, copy, PLACE * place + np.arange(self.frames)])

    def draw(self, count: int, settings: NegativesSettings, hard: Windows, rng: np.random.Generator) -> Windows:
        """Windows of ``count`` draws: the kinds by ``noise_share``, of each ``hard_share`` among those in ``hard``."""
        noise = round(count * settings.noise_share)
        parts = [self._of_label(0, noise, settings, hard, rng), self._of_label(1, count - noise, settings, hard, rng)]
        return np.concatenate(parts)

    def _of_label(
        self, label: int, count: int, settings: NegativesSettings, hard: Windows, rng: np.random.Generator
    ) -> Windows:
        of_label = np.flatnonzero((self.y == label) & self.drawn)
        own = of_label if len(of_label) else np.flatnonzero(self.drawn)
        drawn = np.stack([own[rng.integers(0, len(own), count)], *self._anywhere(count, rng)], axis=1).astype(np.int32)
        known = hard[np.isin(hard[:, 0], own)]
        again = int(count * settings.hard_share)
        if len(known) >= again:
            drawn[:again] = known[rng.integers(0, len(known), again)]
        return drawn

    def _anywhere(self, count: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return rng.integers(0, self.x.shape[1], count), rng.integers(0, self.places, count)


NO_WINDOWS: Windows = np.zeros((0, 3), np.int32)


def load_negatives(dataset_dir: Path, frames: int, hop_s: float) -> Negatives | None:
    """The negatives that a data set has to train on; None when it has none.

    Raises:
        DataError: they cannot be read.
    """
    if not feature_path(dataset_dir, SPLIT, "x").is_file():
        return None
    stretches = load_features(dataset_dir, SPLIT)
    if not len(stretches):
        return None
    rows = {
        row["clip_id"]: row for row in read_negatives(dataset_dir, "train", ["clip_id", "recording", "transcribed"])
    }
    own = [rows[str(clip_id)] for clip_id in stretches.clip_ids]
    y = np.asarray(stretches.y, np.int64)
    untold = np.array([not row["transcribed"] for row in own], bool) & (y != SILENCE_LABEL)
    return Negatives(stretches.x, y, frames, hop_s, untold, tuple(str(row["recording"]) for row in own))
