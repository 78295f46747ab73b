"""A run on disk as *export* leaves it, small and quick: a bundle that knows nothing, six clips of noise a split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from made_dataset import made_row, make_dataset
from tiny_bundle import LABELS, tiny_bundle

from kws_data.bundle import ModelBundle
from kws_data.evaluation.inference import host_features

#: True labels of the clips of each split.
Y = (0, 1, 2, 3, 2, 3)
WORDS = ("_silence_", "dog", *LABELS[2:])


def made_rows(**changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of the manifest, with changes by clip id (``test0`` to ``test5`` and so on)."""
    return [
        made_row(
            100 * place + n,
            **{"clip_id": f"{split}{n}", "split": split, "label": LABELS[y], "word": WORDS[y]}
            | dict(changes.get(f"{split}{n}", {})),
        )
        for place, split in enumerate(("train", "validation", "test"))
        for n, y in enumerate(Y)
    ]


def make_run(run_dir: Path, seed: int = 0, **changes: Mapping[str, Any]) -> ModelBundle:
    """Write ``dataset`` and ``model`` below ``run_dir``; the seed makes another model of the same shape."""
    bundle = replace(tiny_bundle(channels=8 + seed), config=run_dir.name, threshold_int8=-128)
    bundle.save(run_dir / "model")
    folder = make_dataset(run_dir / "dataset", made_rows(**changes), version=bundle.dataset_version)
    for number, split in enumerate(("validation", "test")):
        clips = np.random.default_rng(number).normal(0, 2_000, (len(Y), 16_000)).astype(np.int16)
        np.save(folder / f"audio-{split}.npy", clips)
        np.save(folder / f"features-{split}-x.npy", host_features(bundle, clips)[:, np.newaxis])
        np.save(folder / f"features-{split}-y.npy", np.array(Y, np.int32))
        np.save(folder / f"features-{split}-ids.npy", np.array([f"{split}{n}" for n in range(len(Y))]))
    return bundle
