"""What is to be said of a take that is whole: how it sounds, what a person would do about it, how true its clock is."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from firmware_tools.levels import Levels, Speech, find_speech, levels
from firmware_tools.recorder.verdict import QuarantineRules, Verdict
from kws_data.audio import Samples
from kws_data.errors import DataError

if TYPE_CHECKING:
    from firmware_tools.link.clock import ClockEstimate

#: What a person is told of a take before they keep it.
ADVICE = QuarantineRules(
    max_clipped_share=0.001, min_peak_db=-36.0, max_noise_floor_db=-35.0, min_snr_db=10.0, speech_needed=True
)
#: Nothing but gaps: where nobody is asked, a clip is set aside only for what was ordered.
NO_RULES = QuarantineRules(max_clipped_share=None, max_dc=None, min_peak_db=None, max_noise_floor_db=None)
#: What rules were called before: orders that name them so still hold.
OLD_NAMES = {"max_clipping_share": "max_clipped_share"}


@dataclass(frozen=True)
class Judgement:
    """Verdict on a take.

    Attributes:
        advice: what is wrong with it and what to do, one line each; empty when all is well.
        attributes: the figures, as they are stored with the clip.
    """

    advice: tuple[str, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)


def judge(samples: Samples, sample_rate_hz: int, rules: QuarantineRules = ADVICE) -> Judgement:
    """Verdict on int16 [n] samples that are whole; ``advice`` is what speaks against them by ``rules``."""
    verdict = Verdict(0, 0, 0, 0, 0, True, levels(samples), find_speech(samples, sample_rate_hz))
    return Judgement(rules.reasons(verdict, len(samples), sample_rate_hz), figures(verdict, sample_rate_hz))


def figures(verdict: Verdict, sample_rate_hz: int) -> dict[str, Any]:
    """A verdict as it is stored with a clip: plain numbers, rounded, times in seconds."""
    heard = sound_figures(verdict.levels, verdict.speech, sample_rate_hz)
    return {**heard, "sequence_gaps": verdict.sequence_gaps, "retries": verdict.retries}


def sound_figures(heard: Levels, speech: Speech, sample_rate_hz: int) -> dict[str, Any]:
    """What follows from a clip's samples alone, as it is stored with the clip; levels as an import stores them."""
    return {
        **heard.to_dict(),
        "noise_floor_db": round(speech.noise_floor_db, 1),
        "snr_db": None if speech.snr_db is None else round(speech.snr_db, 1),
        "speech_start_s": None if speech.start is None else round(speech.start / sample_rate_hz, 3),
        "speech_end_s": None if speech.end is None else round(speech.end / sample_rate_hz, 3),
    }


def clock_figures(clock: ClockEstimate | None) -> dict[str, Any]:
    """The true sample rate as it is stored with a clip; empty when it was not measured."""
    if clock is None:
        return {}
    return {"rate_ppm": round(clock.ppm, 1), "rate_error_ppm": round(float(clock.error_ppm), 1), "rate_by": clock.basis}


def quarantine_rules(settings: tuple[str, ...]) -> QuarantineRules:
    """Rules from ``NAME=VALUE`` texts; what is not named is not a reason. ``NAME=off`` switches a rule off.

    Raises:
        DataError: no such rule, or a value that is no number.
    """
    known = {one.name: one.type for one in fields(QuarantineRules)}
    chosen: dict[str, Any] = {}
    for setting in settings:
        given, _, value = setting.partition("=")
        name = OLD_NAMES.get(given, given)
        if name not in known:
            raise DataError("no such rule", name, f"rules: {', '.join(known)}")
        try:
            chosen[name] = _value(name, value)
        except ValueError:
            raise DataError(f"rule {name} has no number", value, f"write {name}=10, or {name}=off") from None
    return replace(NO_RULES, **chosen)


def _value(name: str, value: str) -> Any:
    if name == "speech_needed":
        return value in ("", "yes", "true", "1", "on")
    if value == "off":
        return None
    return int(value) if name == "max_retries" else float(value)
