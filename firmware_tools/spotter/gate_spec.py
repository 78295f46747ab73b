"""Settings of the gate of energy before the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from firmware_tools.errors import ModelError

MOST_FRAMES = 1_000


@dataclass(frozen=True)
class GateSpec:
    """What opens the gate, and what happens then; ``kws_gate.h`` says how it works.

    Args:
        open_sixteenths: a frame opens it that has more than so many sixteenths of the floor's energy: 32 are 3 dB.
        hold_frames: it stays open for so many from the last that opened it.
        preroll_frames: so many of those before it opened are shown to the model first.
        rise_shift: the floor rises by its 2^-rise_shift a frame.

    Raises:
        ModelError: a value out of its range.
    """

    open_sixteenths: int = 32
    hold_frames: int = 50
    preroll_frames: int = 6
    rise_shift: int = 6

    def __post_init__(self) -> None:
        ranges = {
            "open_sixteenths": (16, 65_535),
            "hold_frames": (1, MOST_FRAMES),
            "preroll_frames": (1, MOST_FRAMES),
            "rise_shift": (1, 16),
        }
        for name, (least, most) in ranges.items():
            value = getattr(self, name)
            if type(value) is not int or not least <= value <= most:
                raise ModelError(f"stream: gate: {name} cannot be used", value, f"use {least} to {most}")

    def to_dict(self) -> dict[str, int]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: object) -> GateSpec:
        """Inverse of :meth:`to_dict`; raises ModelError for values missing, of other names, types or ranges."""
        names = sorted(f.name for f in fields(cls))
        if not isinstance(values, Mapping) or sorted(map(str, values)) != names:
            raise ModelError("stream: gate cannot be read", values, f"give {', '.join(names)}")
        return cls(**values)
