"""How good a bundle is: on features of a run, on any folder in Speech Commands layout, on the flashed board."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from kws_data.bundle import ModelBundle
from kws_data.errors import DataError
from kws_data.folder import FolderClips, load_folder
from kws_data.metrics import metrics

if TYPE_CHECKING:
    from firmware_tools.link.session import BoardSession
    from firmware_tools.spotter.client import ClipResult

Progress = Callable[[str, int, int], None]
Engine = Literal["host", "device"]


def int8_scores(tflite: bytes, x: NDArray[np.int8]) -> tuple[NDArray[np.int8], str]:
    """Scores int8 [clips, labels] of features int8 [clips, frames, features], and the engine that made them.

    The engine is the TFLM interpreter; where its wheel is missing the generated C engine, which is bit for bit equal,
    stands in.

    Raises:
        ModelError: the model cannot be run, or takes other features.
    """
    from firmware_tools.tflite import tflm

    inputs = np.ascontiguousarray(x)[:, :, np.newaxis, :]
    if tflm.available():
        return tflm.TflmInterpreter(tflite)(inputs), "tflite-micro"
    from firmware_tools.engine.host import HostEngine

    return HostEngine(tflite)(inputs), "kws C engine (tflite-micro is not installed here)"


def evaluate_features(bundle: ModelBundle, x: NDArray[np.int8], y: NDArray[Any]) -> dict[str, Any]:
    """METRICS of the int8 model on features int8 [clips, frames, features], and the engine's name."""
    return evaluate_file(bundle.tflite, bundle, x, y)


def evaluate_file(tflite: bytes, bundle: ModelBundle, x: NDArray[np.int8], y: NDArray[Any]) -> dict[str, Any]:
    """The same of another file with the bundle's labels and threshold."""
    scores, engine = int8_scores(tflite, x)
    return {**metrics(scores, y, bundle.threshold, bundle.labels), "engine": engine}


def evaluate_float(model_path: Path, bundle: ModelBundle, x: NDArray[np.int8], y: NDArray[Any]) -> dict[str, Any]:
    """METRICS of the float model on the same features, at the threshold of the int8 model."""
    from kws_data.quantize import float_scores, load_float

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


def host_features(bundle: ModelBundle, samples: NDArray[np.int16]) -> NDArray[np.int8]:
    """Features int8 [clips, frames, features] by the bundle's own front end."""
    from firmware_tools.frontend.host import HostFrontend

    return HostFrontend(bundle.frontend)(samples)


def counts(clips: FolderClips, labels: Sequence[str]) -> dict[str, Any]:
    """How many clips of each label, and which files were set aside."""
    per_label = np.bincount(clips.y, minlength=len(labels))
    return {
        "clips_per_label": {label: int(n) for label, n in zip(labels, per_label, strict=True)},
        "set_aside": [{"file": name, "reason": reason} for name, reason in clips.set_aside],
    }


def need(session: BoardSession | None) -> BoardSession:
    """The session, or a DataError when there is none."""
    if session is None:
        raise DataError("evaluation on the device needs a board", None, "open one, or use --engine host")
    return session


@dataclass
class DeviceTally:
    """What the board said of each clip so far."""

    scores: list[NDArray[np.int8]] = field(default_factory=list)
    found: list[int] = field(default_factory=list)
    frontend_max: int = 0
    frontend_mean: list[float] = field(default_factory=list)
    inference: list[int] = field(default_factory=list)
    decision: list[int] = field(default_factory=list)
    latency: list[int] = field(default_factory=list)

    def add(self, result: ClipResult) -> None:
        """Take one clip in."""
        self.scores.append(result.scores)
        self.found.append(result.label)
        self.frontend_max = max(self.frontend_max, result.frontend_cycles_max)
        self.frontend_mean.append(result.frontend_cycles_per_frame)
        self.inference.append(result.inference_cycles)
        self.decision.append(result.decision_cycles)
        self.latency.append(result.latency_cycles)


def evaluate_device(
    session: BoardSession,
    bundle: ModelBundle,
    clips: NDArray[np.int16],
    y: NDArray[Any],
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The device block of report.json: every clip sent over the serial port to the flashed image.

    ``agreement`` is the share of clips whose int8 scores are those of the host, every byte. Latency is what remains to
    be done when the last sample has come: the last frame, the inference, the decision.

    Args:
        session: an open board with the spotter app of this bundle.
        bundle: what was flashed.
        clips: int16 [clips, samples].
        y: true labels [clips].

    Raises:
        BoardError: the board runs something else.
        LinkError: the board fell silent.
    """
    from firmware_tools.spotter.client import classify

    session.require("spotter", bundle.bundle_hash)
    tally = DeviceTally()
    for done, clip in enumerate(clips, 1):
        tally.add(classify(session.link, np.ascontiguousarray(clip)))
        if progress:
            progress("replay on the board", done, len(clips))
    scores = np.stack(tally.scores)
    expected, _ = int8_scores(bundle.tflite, host_features(bundle, clips))
    found = metrics(scores, y, bundle.threshold, bundle.labels)
    check_decisions(scores, np.array(tally.found), bundle)
    return {"board": session.board.name, **found, **_timing(tally, session, (scores == expected).all(axis=1))}


def _timing(tally: DeviceTally, session: BoardSession, same: NDArray[np.bool_]) -> dict[str, Any]:
    latency_ms = np.array([session.board.cycles_to_ms(cycles) for cycles in tally.latency])
    percentiles = {f"p{q}": float(np.percentile(latency_ms, q)) for q in (50, 95)}
    return {
        "agreement": float(same.mean()),
        "clock_hz": session.board.clock_hz,
        "cycles": {
            "frontend_frame": int(tally.frontend_max),
            "frontend_frame_mean": float(np.mean(tally.frontend_mean)),
            "inference": int(max(tally.inference)),
            "decision": int(max(tally.decision)),
        },
        "latency_ms": {**percentiles, "max": float(latency_ms.max())},
    }


def check_decisions(scores: NDArray[np.int8], found: NDArray[np.int64], bundle: ModelBundle) -> None:
    """Raises ModelError when the board's decisions are not those that follow from its scores."""
    from kws_data.metrics import decide

    wrong = int((decide(scores, bundle.threshold) != found).sum())
    if wrong:
        raise ModelError("board decides otherwise than its scores say", wrong, "flash this bundle again: kws flash")
