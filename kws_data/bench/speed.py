"""Speed against named baselines, in one run on one machine: each result is a ratio."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import KwsError
from firmware_tools.frontend.spec import FrontendSpec
from kws_data.bundle import MODEL_FILE

ROUNDS = 3


@dataclass(frozen=True)
class BenchRow:
    """One comparison: how much each side does in a second, and the ratio."""

    what: str
    unit: str
    baseline: str
    baseline_per_s: float
    ours_per_s: float

    def to_dict(self) -> dict[str, Any]:
        """For JSON, with the ratio."""
        return {**asdict(self), "ratio": self.ours_per_s / self.baseline_per_s}


def rate(work: Callable[[], object], amount: float) -> float:
    """Amount per second, the best of a few rounds after one to warm up."""
    work()
    best = min(_seconds(work) for _ in range(ROUNDS))
    return amount / best


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def speech_like(clips: int, samples: int, seed: int = 0) -> NDArray[np.int16]:
    """Noise with a speech-like slope: int16 ``[clips, samples]``."""
    noise = np.random.default_rng(seed).standard_normal((clips, samples)).cumsum(axis=1)
    noise -= noise.mean(axis=1, keepdims=True)
    return np.asarray(noise / np.abs(noise).max() * 12_000, dtype=np.int16)


def bench_frontend(spec: FrontendSpec, clips: int = 256) -> list[BenchRow]:
    """The integer front end in C against librosa, one clip at a time and in one batch.

    Raises:
        FrontendError: the front end is not ours.
    """
    import librosa

    from firmware_tools.frontend.host import HostFrontend
    from firmware_tools.frontend.tables import check_ours

    check_ours(spec)
    audio = speech_like(clips, spec.sample_rate_hz)
    scaled = audio.astype(np.float32) / 32_768
    settings = {
        "sr": spec.sample_rate_hz,
        "n_mfcc": spec.coefficients,
        "n_fft": spec.fft_size,
        "n_mels": spec.mel_bands,
        "hop_length": spec.hop_samples,
        "win_length": spec.window_samples,
        "center": False,
    }
    frontend = HostFrontend(spec)
    ours = rate(lambda: frontend(audio), clips)
    one_by_one = rate(lambda: [librosa.feature.mfcc(y=clip, **settings) for clip in scaled], clips)
    batched = rate(lambda: librosa.feature.mfcc(y=scaled, **settings), clips)
    unit = "clips of 1 s"
    return [
        BenchRow("front end", unit, "librosa.feature.mfcc, clip by clip", one_by_one, ours),
        BenchRow("front end", unit, f"librosa.feature.mfcc, batch of {clips}", batched, ours),
    ]


def bench_engine(tflite: bytes, clips: int = 256, name: str = "") -> list[BenchRow]:
    """The generated C engine on the host against the TFLM interpreter, on a model (of that name, in the row)."""
    from firmware_tools.engine.host import HostEngine
    from firmware_tools.tflite.graph import read_tflite
    from firmware_tools.tflite.tflm import TflmInterpreter, available

    if not available():
        raise KwsError("the baseline of this bench is missing", "tflite-micro", "its wheel exists for Linux on x86-64")
    graph = read_tflite(tflite)
    shape = graph.tensors[graph.inputs[0]].shape[1:]
    inputs = np.random.default_rng(0).integers(-128, 128, (clips, *shape), dtype=np.int8)
    engine, interpreter = HostEngine(tflite), TflmInterpreter(tflite)
    if not np.array_equal(engine(inputs), interpreter(inputs)):
        raise KwsError("engine and TFLM disagree", None, "please report this with the model")
    ours, theirs = rate(lambda: engine(inputs), clips), rate(lambda: interpreter(inputs), clips)
    what = f"engine, {name}" if name else "engine"
    return [BenchRow(what, "inferences", "tflite-micro interpreter", theirs, ours)]


def bench_built_in(clips: int = 256) -> list[BenchRow]:
    """:func:`bench_engine` on each built-in shape; raises KwsError when the baseline is not here."""
    from kws_data.bench.shapes import BUILT_IN, built_in

    return [row for name in BUILT_IN for row in bench_engine(built_in(name).tflite, clips, name)]


def run_bench(bundle: Path | None, what: str | None = None) -> list[BenchRow]:
    """Comparisons that can be made here, or only those of ``"frontend"`` or ``"engine"``.

    Without a bundle the engine alone runs the built-in shapes; with both parts it needs one.
    """
    if bundle is None and what == "engine":
        return bench_built_in()
    if bundle is None:
        return bench_frontend(FrontendSpec())
    from kws_data.bundle import ModelBundle

    loaded = ModelBundle.load(bundle)
    rows = [] if what == "engine" else bench_frontend(loaded.frontend)
    return rows if what == "frontend" else rows + bench_engine((bundle / MODEL_FILE).read_bytes())
