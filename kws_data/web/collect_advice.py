"""What a contributor is told of a take: plain words instead of decibels, and when it is set aside all the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from firmware_tools.levels import SILENT_RMS_DB, find_speech, levels
from firmware_tools.recorder.verdict import QuarantineRules, Verdict
from kws_data.audio import Samples
from kws_data.sources.recording.take_verdict import ADVICE, sound_figures
from kws_data.web.collect_upload import RATE_HZ

#: Nobody of the project hears a take before it is stored: what cannot be a word is set aside at once.
SET_ASIDE = QuarantineRules(max_clipped_share=0.02, speech_needed=True)
_OVERDRIVEN, _FAINT_DB, _HUM = ADVICE.max_clipped_share, ADVICE.min_peak_db, ADVICE.max_noise_floor_db
_LOW_SNR_DB = ADVICE.min_snr_db


def advice_of(told: Mapping[str, Any], wrong: Mapping[str, bool] | None = None) -> list[str]:
    """What a person can do about a take, the most important first; empty when all is well.

    Args:
        told: attributes of a take as :func:`kws_data.sources.recording.take_verdict.judge` gives them.
        wrong: settings of the microphone by their attributes; those that are on change the sound.
    """
    said: list[str] = []
    peak_db, snr_db = told["peak_db"], told["snr_db"]
    if told["rms_db"] <= SILENT_RMS_DB:
        return ["Nothing was heard at all. Is the right microphone chosen, and is it switched on?"]
    if _OVERDRIVEN is not None and told["clipped_share"] > _OVERDRIVEN:
        said.append("Too loud: the sound is cut off at its peaks. Move a little away from the microphone.")
    if snr_db is None:
        said.append("No voice stands out of the noise. Speak louder, nearer, or in a quieter room.")
    elif _FAINT_DB is not None and peak_db < _FAINT_DB:
        said.append("Too quiet. Move nearer to the microphone, or speak louder.")
    if _HUM is not None and told["noise_floor_db"] > _HUM:
        said.append("The room is loud. Close the window, switch off fans and music, or go to another room.")
    elif snr_db is not None and _LOW_SNR_DB is not None and snr_db < _LOW_SNR_DB:
        said.append("The voice is hardly louder than the room. Speak louder, nearer, or in a quieter room.")
    if wrong and any(wrong.values()):
        names = ", ".join(name.replace("_", " ") for name, on in wrong.items() if on)
        said.append(f"This browser changes the sound ({names}). It can be used; another browser would be better.")
    return said


@dataclass(frozen=True)
class Judged:
    """A take that was listened to: its figures, what the contributor can do about it, why it would be set aside."""

    attributes: dict[str, Any]
    advice: tuple[str, ...]
    reasons: str


def judged(samples: Samples, settings: Mapping[str, bool] | None = None) -> Judged:
    """Verdict on int16 [n] at 16 kHz."""
    verdict = Verdict(0, 0, 0, 0, 0, True, levels(samples), find_speech(samples, RATE_HZ))
    told = sound_figures(verdict.levels, verdict.speech, RATE_HZ)
    reasons = "; ".join(SET_ASIDE.reasons(verdict, len(samples), RATE_HZ))
    return Judged(told, tuple(advice_of(told, settings)), reasons)
