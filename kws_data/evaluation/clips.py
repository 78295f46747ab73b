"""How good a bundle is: on features of a run, on any folder in Speech Commands layout, on the flashed board."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kws_data.bundle import ModelBundle
from kws_data.evaluation.folder import FolderClips, load_folder
from kws_data.evaluation.inference import host_features, int8_scores
from kws_data.evaluation.metrics import metrics
from kws_data.evaluation.on_board import Engine, evaluate_device, need
from kws_data.progress import Progress

if TYPE_CHECKING:
    from firmware_tools.link.session import BoardSession


def evaluate_features(bundle: ModelBundle, x: NDArray[np.int8], y: NDArray[Any]) -> dict[str, Any]:
    """METRICS of the int8 model on features int8 [clips, frames, features], and the engine's name."""
    return evaluate_file(bundle.tflite, bundle, x, y)


def evaluate_file(tflite: bytes, bundle: ModelBundle, x: NDArray[np.int8], y: NDArray[Any]) -> dict[str, Any]:
    """The same of another file with the bundle's labels and threshold."""
    scores, engine = int8_scores(tflite, x)
    return {**metrics(scores, y, bundle.threshold, bundle.labels), "engine": engine}


def evaluate_float(model_path: Path, bundle: ModelBundle, x: NDArray[np.int8], y: NDArray[Any]) -> dict[str, Any]:
    """METRICS of the float model on the same features, at the threshold of the int8 model."""
    from kws_data.models.float_model import float_scores, load_float

    return metrics(float_scores(load_float(model_path), x), y, bundle.threshold, bundle.labels)


def evaluate_folder(
    bundle: ModelBundle,
    folder: Path | str,
    engine: Engine = "host",
    session: BoardSession | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """METRICS on a folder in Speech Commands layout that need not have been in any run.

    Words outside the bundle's keywords count as ``_unknown_``, ``_background_noise_`` is cut into ``_silence_``, files
    that cannot be read are set aside with their reasons.

    Args:
        bundle: what to measure.
        folder: ``<word>/*.wav`` or ``.flac``.
        engine: ``host`` (TFLM on the host's front end) or ``device`` (the flashed image).
        session: the open board, for ``device``.

    Raises:
        DataError: the folder is missing or holds no clip that can be used.
    """
    clips = load_folder(folder, bundle.labels, bundle.clip_samples, bundle.frontend.sample_rate_hz, progress)
    if engine == "device":
        found = evaluate_device(need(session), bundle, clips.samples, clips.y, progress=progress)
    else:
        found = evaluate_features(bundle, host_features(bundle, clips.samples), clips.y)
    return {**found, **counts(clips, bundle.labels)}


def counts(clips: FolderClips, labels: Sequence[str]) -> dict[str, Any]:
    """How many clips of each label, and which files were set aside."""
    per_label = np.bincount(clips.y, minlength=len(labels))
    return {
        "clips_per_label": {label: int(n) for label, n in zip(labels, per_label, strict=True)},
        "set_aside": [{"file": name, "reason": reason} for name, reason in clips.set_aside],
    }
