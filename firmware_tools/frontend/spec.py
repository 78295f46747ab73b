"""What a front end computes: the parameters that travel with the model from training to the board."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from firmware_tools.errors import FrontendError


@dataclass(frozen=True)
class FrontendSpec:
    """Parameters of the integer MFCC or log-mel front end.

    A frame starts every ``hop_samples``; there is no padding, so a clip of ``n`` samples has
    ``1 + (n - window_samples) // hop_samples`` frames. Each frame gives ``features`` int8 values.
    """

    kind: Literal["mfcc", "log_mel"] = "mfcc"
    sample_rate_hz: int = 16_000
    window_samples: int = 512
    hop_samples: int = 320
    mel_bands: int = 40
    coefficients: int = 40
    low_hz: float = 60.0
    high_hz: float = 7_600.0
    mel_scale: Literal["slaney", "htk"] = "slaney"
    floor_db: float = -70.0

    def __post_init__(self) -> None:
        def need(ok: bool, key: str, remedy: str) -> None:
            if not ok:
                raise FrontendError(f"front end: {key} cannot be used", getattr(self, key), remedy)

        need(self.kind in ("mfcc", "log_mel"), "kind", "use mfcc or log_mel")
        need(self.mel_scale in ("slaney", "htk"), "mel_scale", "use slaney or htk")
        need(8_000 <= self.sample_rate_hz <= 48_000, "sample_rate_hz", "use 8000 to 48000")
        need(64 <= self.window_samples <= 1_024, "window_samples", "use 64 to 1024 samples")
        need(1 <= self.hop_samples <= self.window_samples, "hop_samples", "use 1 to window_samples")
        need(4 <= self.mel_bands <= 80, "mel_bands", "use 4 to 80")
        need(1 <= self.coefficients <= self.mel_bands, "coefficients", "use 1 to mel_bands")
        need(0 <= self.low_hz < self.high_hz, "low_hz", "use 0 or more and less than high_hz")
        need(self.high_hz <= self.sample_rate_hz / 2, "high_hz", "use at most half of sample_rate_hz")
        need(-90 <= self.floor_db <= -20, "floor_db", "use -90 to -20 dB")

    @property
    def fft_size(self) -> int:
        """Smallest power of two that holds the window."""
        return 1 << (self.window_samples - 1).bit_length()

    @property
    def features(self) -> int:
        """int8 values per frame."""
        return self.coefficients if self.kind == "mfcc" else self.mel_bands

    def frames(self, samples: int) -> int:
        """Number of whole frames in ``samples`` samples."""
        if samples < self.window_samples:
            return 0
        return 1 + (samples - self.window_samples) // self.hop_samples

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> FrontendSpec:
        """Inverse of :meth:`to_dict`; raises FrontendError on an unknown key."""
        known = {f.name for f in fields(cls)}
        for key in values:
            if key not in known:
                raise FrontendError("front end: unknown parameter", key, f"use one of {', '.join(sorted(known))}")
        return cls(**values)

    def sha256(self) -> str:
        """Hash of all parameters: two front ends are the same if and only if their hashes are."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()
