"""How scores in a stream become detections: what the firmware's detector is set to, as values to check and to store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from firmware_tools.errors import ModelError
from firmware_tools.spotter.gate_spec import GateSpec

MAX_AVERAGE = 64
LEAST_SUM, NEVER = -(1 << 15), (1 << 15) - 1  # thresholds on sums are int16; no sum reaches the last


@dataclass(frozen=True)
class StreamSpec:
    """How scores in a stream become detections.

    Args:
        stride_frames: an inference every so many frames.
        average: score vectors that are summed.
        refractory_ms: nothing is detected for so long after a detection.
        sums: a threshold for each label on the sum of its last ``average`` int8 scores; the first two are unused, and
            ``NEVER`` keeps a keyword from being detected. None: the same for all, average times an int8 threshold.
        gate: of energy before the model; None: the model hears every frame.

    Raises:
        ModelError: a value out of its range.
    """

    stride_frames: int = 3
    average: int = 3
    refractory_ms: int = 1_000
    sums: tuple[int, ...] | None = None
    gate: GateSpec | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.stride_frames <= 1_000:
            raise ModelError("stream: stride_frames cannot be used", self.stride_frames, "use 1 to 1000")
        if not 1 <= self.average <= MAX_AVERAGE:
            raise ModelError("stream: average cannot be used", self.average, f"use 1 to {MAX_AVERAGE}")
        if not 0 <= self.refractory_ms <= 60_000:
            raise ModelError("stream: refractory_ms cannot be used", self.refractory_ms, "use 0 to 60000")
        for threshold in self.sums or ():
            if not LEAST_SUM <= threshold <= NEVER:
                raise ModelError("stream: threshold on a sum is no int16", threshold, f"use {LEAST_SUM} to {NEVER}")

    def refractory_samples(self, sample_rate_hz: int) -> int:
        """The refractory period in samples."""
        return self.refractory_ms * sample_rate_hz // 1_000

    def thresholds(self, labels: int, threshold_int8: int) -> tuple[int, ...]:
        """The threshold of each label on its sum: ``sums``, or ``threshold_int8`` times average for all.

        Raises:
            ModelError: ``sums`` are of another number of labels.
        """
        if self.sums is None:
            return (self.average * threshold_int8,) * labels
        if len(self.sums) != labels:
            raise ModelError("stream: thresholds on sums do not fit the labels", len(self.sums), f"give {labels}")
        return self.sums

    def to_dict(self) -> dict[str, Any]:
        """Plain values; without a gate as from before there was one."""
        plain = {**asdict(self), "sums": None if self.sums is None else list(self.sums)}
        if self.gate is None:
            del plain["gate"]
        return plain

    @classmethod
    def from_dict(cls, values: object) -> StreamSpec:
        """Inverse of :meth:`to_dict`; raises ModelError for values missing, of other names, types or ranges."""
        names = [f.name for f in fields(cls) if f.name != "gate" or (isinstance(values, Mapping) and "gate" in values)]
        if not isinstance(values, Mapping) or sorted(map(str, values)) != sorted(names):
            raise ModelError("stream: settings cannot be read", values, f"give {', '.join(names)}")
        sums = values["sums"]
        if sums is not None and not isinstance(sums, list):
            raise ModelError("stream: sums are no list", sums, "give an integer for each label, or null")
        for number in (*(values[name] for name in names if name not in ("sums", "gate")), *(sums or ())):
            if type(number) is not int:
                raise ModelError("stream: value is no integer", number, "use integers")
        gate = {"gate": GateSpec.from_dict(values["gate"])} if "gate" in values else {}
        return cls(**{**values, "sums": None if sums is None else tuple(sums), **gate})
