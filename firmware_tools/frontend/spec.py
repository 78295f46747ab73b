"""What a front end computes: the parameters that travel with the model from training to the board."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from firmware_tools.errors import FrontendError

Kind = Literal["mfcc", "log_mel", "micro_frontend"]
MICRO: Kind = "micro_frontend"
#: All that is fixed in the front end of TensorFlow Lite Micro's micro speech, as microWakeWord sets it.
MICRO_FIXED: Mapping[str, int | float | str] = {
    "sample_rate_hz": 16_000,
    "window_samples": 480,
    "hop_samples": 160,
    "mel_bands": 40,
    "coefficients": 40,
    "low_hz": 125.0,
    "high_hz": 7_500.0,
    "mel_scale": "htk",
    "floor_db": -70.0,
}


@dataclass(frozen=True)
class FrontendSpec:
    """Parameters of the integer MFCC or log-mel front end; of ``micro_frontend``, which is not ours, all are fixed.

    A frame starts every ``hop_samples``; there is no padding, so a clip of ``n`` samples has
    ``1 + (n - window_samples) // hop_samples`` frames. Each frame gives ``features`` int8 values.
    """

    kind: Kind = "mfcc"
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

        need(self.kind in get_args(Kind), "kind", f"use {', '.join(get_args(Kind))}")
        for key, value in MICRO_FIXED.items() if self.kind == MICRO else ():
            need(getattr(self, key) == value, key, f"{MICRO} has {value}: leave it out")
        need(self.mel_scale in ("slaney", "htk"), "mel_scale", "use slaney or htk")
        need(8_000 <= self.sample_rate_hz <= 48_000, "sample_rate_hz", "use 8000 to 48000")
        need(64 <= self.window_samples <= 1_024, "window_samples", "use 64 to 1024 samples")
        need(1 <= self.hop_samples <= self.window_samples, "hop_samples", "use 1 to window_samples")
        need(4 <= self.mel_bands <= 80, "mel_bands", "use 4 to 80")
        need(1 <= self.coefficients <= self.mel_bands, "coefficients", "use 1 to mel_bands")
        need(0 <= self.low_hz < self.high_hz, "low_hz", "use 0 or more and less than high_hz")
        need(self.high_hz <= self.sample_rate_hz / 2, "high_hz", "use at most half of sample_rate_hz")
        need(-90 <= self.floor_db <= -20, "floor_db", "use -90 to -20 dB")

    @classmethod
    def micro(cls) -> FrontendSpec:
        """The front end of microWakeWord: the same for everybody."""
        return cls(**completed({"kind": MICRO}))

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


def completed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as they were written, and those that their kind fixes."""
    return {**(MICRO_FIXED if values.get("kind") == MICRO else {}), **values}
