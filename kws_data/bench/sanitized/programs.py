"""Sanitized programs of the C files here: listeners of several bundles, and the apps."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from firmware_tools.errors import FrontendError
from firmware_tools.firmware import FIRMWARE_DIR
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.spotter.layers import layer_sources
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.spotter.stream_spec import StreamSpec
from firmware_tools.tflite.model_builder import ModelBuilder
from kws_data.bench.sanitized.compiler import build_program

HERE = Path(__file__).parent
LABELS = ("_silence_", "_unknown_", "yes", "no")
HASH = "5e" * 32
SPECS = (
    FrontendSpec(window_samples=480, mel_bands=40, coefficients=26),
    FrontendSpec(kind="log_mel", window_samples=1_024, hop_samples=1_024, mel_bands=80, coefficients=80),
    FrontendSpec(window_samples=65, hop_samples=33, mel_bands=4, coefficients=1, sample_rate_hz=8_000, high_hz=4_000.0),
)
APPS = ("recorder", "spotter", "spotter-streaming", "mlperf", "layers")


@dataclass(frozen=True)
class Bundle:
    """What a listener is made of; ``threshold`` is so low that it hears much."""

    spec: FrontendSpec
    clip_samples: int
    stride: int
    threshold: int = -100

    def sources(self, streaming: bool) -> dict[str, str]:
        """Everything generated for it."""
        stream = StreamSpec(stride_frames=self.stride, average=2, refractory_ms=200)
        return spotter_sources(
            self.spec,
            self.tflite(),
            LABELS,
            self.threshold,
            HASH,
            clip_samples=self.clip_samples,
            stream=stream,
            streaming=streaming,
        )

    def tflite(self) -> bytes:
        """A small model that streams, with a column every ``stride`` frames."""
        build = ModelBuilder(self.stride)
        x = build.input((1, self.spec.frames(self.clip_samples), 1, self.spec.features))
        x = build.conv2d(x, 12, (3, 1), stride=(self.stride, 1), activation="RELU", same=False)
        x = build.conv2d(x, 12, (5, 1), depthwise=True, activation="RELU", same=False)
        x = build.elementwise("ADD", x, build.conv2d(x, 12, (1, 1)), activation="RELU")
        return build.finish(build.softmax(build.dense(build.mean(x, (1, 2)), len(LABELS))))


BUNDLES = tuple(
    Bundle(spec, clip, stride) for spec, clip, stride in zip(SPECS, (16_000, 16_384, 1_000), (1, 2, 3), strict=True)
)


def drawn_bundle(seed: int) -> Bundle:
    """Any front end, and a model that fits it."""
    rng = np.random.default_rng(seed)
    while True:
        window = int(rng.integers(64, 1_025))
        hop, bands = int(rng.integers(max(1, window // 4), window + 1)), int(rng.integers(4, 81))
        rate = int(rng.choice((8_000, 16_000, 22_050, 48_000)))
        spec: dict[str, Any] = {
            "kind": str(rng.choice(("mfcc", "log_mel"))),
            "sample_rate_hz": rate,
            "window_samples": window,
            "hop_samples": hop,
            "mel_bands": bands,
            "coefficients": int(rng.integers(1, bands + 1)),
            "low_hz": float(rng.uniform(0, 500)),
            "high_hz": float(rng.uniform(0.3, 0.5) * rate),
            "mel_scale": str(rng.choice(("slaney", "htk"))),
            "floor_db": float(rng.uniform(-90, -20)),
        }
        with contextlib.suppress(FrontendError):  # bands that are narrower than the spectrum's bins
            bundle = Bundle(FrontendSpec(**spec), window + hop * int(rng.integers(24, 50)), int(rng.integers(1, 4)))
            bundle.sources(streaming=True)
            return bundle


def listener_program(bundle: Bundle, streaming: bool, folder: Path, objects: Sequence[Path]) -> Path:
    """``listener.c`` with a bundle; ``objects`` are those of the portable sources.

    Raises:
        FirmwareError: there is no such compiler, or it refused.
    """
    name = "streaming" if streaming else "windowed"
    portable = [path for path in objects if path.stem != "kws_link"]  # which needs a board's port
    return _program([HERE / "listener.c", *portable], bundle.sources(streaming), folder, name)


def app_program(app: str, folder: Path, objects: Sequence[Path]) -> Path:
    """``app_port.c`` with an app; ``objects`` are those of the portable sources.

    Raises:
        FirmwareError: there is no such compiler, or it refused.
    """
    bundle, (name, _, kind) = BUNDLES[0], app.partition("-")
    generated = bundle.sources(kind == "streaming" or name == "layers")
    if name == "layers":
        generated = layer_sources(bundle.tflite(), generated, HASH, True)
    source = f'#define main app_main\nint app_main(void);\n#include "{FIRMWARE_DIR / "apps" / f"{name}.c"}"\n'
    text = bundle.spec.frames(bundle.clip_samples) * bundle.spec.features if name == "mlperf" else 0
    board = f'#define TEXT {text}u\n#include "{HERE / "app_port.c"}"\n'
    return _program([source, board, *objects], generated, folder, app)


def _program(sources: list[Path | str], generated: Mapping[str, str], folder: Path, name: str) -> Path:
    headers = {file: text for file, text in generated.items() if file.endswith(".h")}
    made = [text for file, text in sorted(generated.items()) if file.endswith(".c")]
    return build_program([*sources, *made], headers, folder, includes=[HERE], name=name)
