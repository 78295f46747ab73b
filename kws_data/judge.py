"""What is to be said of a take that is whole: how it sounds, and what a person would do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kws_data.audio import Samples


@dataclass(frozen=True)
class Judgement:
    """Verdict on a take.

    Attributes:
        advice: what is wrong with it and what to do, one line each; empty when all is well.
        attributes: the figures, as they are stored with the clip.
    """

    advice: tuple[str, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)


def judge(samples: Samples, sample_rate_hz: int) -> Judgement:
    """Verdict on int16 [n] samples that are whole."""
    from firmware_tools.recorder import levels
    from kws_data.vad import speech_in

    level = levels(samples)
    figures: dict[str, Any] = {
        "peak_db": round(level.peak_db, 1),
        "rms_db": round(level.rms_db, 1),
        "clipping_share": round(level.clipping_share, 6),
        "dc": round(level.dc, 5),
    }
    return Judgement(tuple(_advice(level)), figures | speech_in(samples, sample_rate_hz))


def _advice(level: Any) -> list[str]:
    advice = []
    if level.clipping_share > 0.001:
        advice.append("clipped: further from the microphone, or a lower gain")
    elif level.peak_db < -36:
        advice.append("very quiet: nearer to the microphone, or a higher gain")
    if abs(level.dc) > 0.05:
        advice.append("constant offset: check the microphone's wiring")
    return advice
