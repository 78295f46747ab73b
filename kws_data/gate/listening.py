"""What listening costs the core: cycles from one decision to the next, and the share of its time that they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kws_data.bundle import ModelBundle
from kws_data.gate.measure import LatencyCycles, LayerCycles


@dataclass(frozen=True)
class Listening:
    """Cycles of what a detector does between two decisions.

    Attributes:
        frames: from one decision to the next.
        hop_s: seconds that they last.
        frontend: cycles of one frame.
        model: cycles of the model from one decision to the next.
        decision: cycles of a decision.
        clock_hz: of the core.
        awake: share of its time that the core is awake, the microphone read and the serial line looked at; None where
            nothing counts it.
        gated: a gate of energy keeps frames from the model while it is quiet.
        at_most: the model's cycles are a bound: those of the last frame, taken for every one.
    """

    frames: int
    hop_s: float
    frontend: int
    model: int
    decision: int
    clock_hz: int
    awake: float | None = None
    gated: bool = False
    at_most: bool = False

    @property
    def cycles(self) -> int:
        """All of them, from one decision to the next."""
        return self.frames * self.frontend + self.model + self.decision

    @property
    def cycles_per_s(self) -> float:
        """In a second of listening."""
        return self.cycles / self.hop_s

    @property
    def share(self) -> float:
        """Of the core's time, 0 to 1 and above where it cannot keep up."""
        return self.cycles_per_s / self.clock_hz

    def behind_gate(self, open_share: float) -> float:
        """Of the core's time where a gate is open for ``open_share`` of it; features are made all the time."""
        cycles = self.frames * self.frontend + open_share * (self.model + self.decision)
        return cycles / self.hop_s / self.clock_hz

    def line(self) -> str:
        """For a person."""
        bound = "at most " if self.at_most else ""
        closed = f"; while the gate is closed {self.behind_gate(0.0):.1%}" if self.gated else ""
        awake = "" if self.awake is None else f"; with microphone and serial line it is awake for {self.awake:.1%}"
        return (
            f"listening takes {bound}{self.share:.1%} of the core: every {1_000 * self.hop_s:.0f} ms {self.frames} "
            f"frames of {self.frontend:,} cycles, the model {self.model:,}, a decision {self.decision:,}{closed}{awake}"
        )

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "share": self.share,
            "cycles_per_s": round(self.cycles_per_s),
            "frames": self.frames,
            "hop_ms": 1_000 * self.hop_s,
            "frontend_frame_cycles": self.frontend,
            "model_cycles": self.model,
            "decision_cycles": self.decision,
            "clock_hz": self.clock_hz,
            "closed_share": self.behind_gate(0.0) if self.gated else None,
            "awake_share": self.awake,
            "at_most": self.at_most,
        }


def listening_of(bundle: ModelBundle, cycles: LatencyCycles, layers: LayerCycles | None) -> Listening:
    """The cost of listening with a bundle.

    Args:
        bundle: the detector.
        cycles: measured after a window's last sample.
        layers: of the model from decision to decision; None where the board cannot tell them. Then a streaming model's
            columns of the last frame are taken for those of each.
    """
    frames = bundle.stream.stride_frames
    streams = bundle.engine == "streaming"
    bound = cycles.inference * (frames if streams else 1)
    return Listening(
        frames=frames,
        hop_s=bundle.hop_s,
        frontend=cycles.frontend,
        model=bound if layers is None else layers.hop,
        decision=cycles.decision,
        clock_hz=cycles.clock_hz,
        gated=bundle.stream.gate is not None,
        at_most=layers is None and streams,
    )
