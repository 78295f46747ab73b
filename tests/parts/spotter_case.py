"""Clips of all kinds and what the host makes of them, to compare a board's spotter with byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from synthetic_models import keyword_model

from firmware_tools.engine.host import HostEngine
from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.link.serial_link import Link
from firmware_tools.spotter import client as spotter
from firmware_tools.spotter.detector import FirmwareDetector
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.tflite.tflm import TflmInterpreter, available

LABELS = ("_silence_", "_unknown_", "yes", "no", "go")
BUILD = "5e" * 32


@dataclass(frozen=True)
class SpotterCase:
    """What a board must answer: features int8 [n, ...], scores int8 [n, labels], labels of n clips int16 [n, 16000]."""

    clips: NDArray[np.int16]
    features: NDArray[np.int8]
    scores: NDArray[np.int8]
    decisions: list[int]
    sources: dict[str, str]

    def check(self, link: Link) -> None:
        """Fails at the first byte that differs."""
        for clip, features, scores, label in zip(self.clips, self.features, self.scores, self.decisions, strict=True):
            result = spotter.classify(link, clip)
            np.testing.assert_array_equal(result.scores, scores)
            np.testing.assert_array_equal(spotter.features(link), features)
            assert result.label == label


@cache
def spotter_case() -> SpotterCase:
    """Ten clips, through the host's front end and TFLM's interpreter, or our own engine where that is absent."""
    spec, clips = FrontendSpec(), _clips()
    tflite = keyword_model(frames=spec.frames(16_000), features=spec.features, labels=len(LABELS), seed=4)
    features = HostFrontend(spec)(clips)
    engine = TflmInterpreter(tflite) if available() else HostEngine(tflite)
    scores = engine(np.ascontiguousarray(features).reshape(len(features), -1, 1, spec.features))
    threshold = int(np.median(scores[:, 2:].max(axis=1)))
    decisions = [int(one) for one in FirmwareDetector(len(LABELS), threshold).clips(scores)]
    assert len(set(decisions)) > 1  # else the decision would not be tested
    return SpotterCase(
        clips, features, scores, decisions, dict(spotter_sources(spec, tflite, LABELS, threshold, BUILD))
    )


def _clips() -> NDArray[np.int16]:
    """Noise of all levels, a chirp, a square wave, an impulse, silence."""
    time = np.arange(16_000) / 16_000
    impulse = np.where(np.arange(16_000) == 5_000, 32_767, 0)
    square = np.where(np.arange(16_000) // 16 % 2, 32_767, -32_768)
    rows = [20_000 * np.sin(2 * np.pi * (200 + 3_000 * time) * time), impulse, square, np.zeros(16_000)]
    rows += [np.random.default_rng(k).normal(0, 4.0**k, 16_000) for k in range(6)]
    return np.clip(np.round(rows), -32_768, 32_767).astype(np.int16)
