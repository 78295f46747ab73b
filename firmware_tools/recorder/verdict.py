"""The verdict on a clip: what the line did to it, how it sounds, and what speaks against keeping it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firmware_tools.levels import FLOOR_DB, Levels, Speech


@dataclass(frozen=True)
class Verdict:
    """All that is known of a clip's quality.

    Attributes:
        lost_samples: missing, for whatever reason.
        overruns: of these, lost by the board's microphone.
        sequence_gaps: frames missing on the line, counted in stretches.
        damaged_blocks: stretches of bytes that were no frame.
        retries: commands sent again, and earlier attempts at the clip.
        ended: the recording ended where it should.
    """

    lost_samples: int
    overruns: int
    sequence_gaps: int
    damaged_blocks: int
    retries: int
    ended: bool
    levels: Levels
    speech: Speech

    @property
    def whole(self) -> bool:
        """Every sample is there: nothing else may be stored as a clip."""
        return self.lost_samples == 0 and self.overruns == 0 and self.ended


@dataclass(frozen=True)
class QuarantineRules:
    """What a clip must not do, to be kept without a look; None switches a rule off. Gaps always count."""

    max_clipped_share: float | None = 0.01
    max_dc: float | None = 0.05
    min_peak_db: float | None = -50.0
    max_noise_floor_db: float | None = -20.0
    min_snr_db: float | None = None
    speech_needed: bool = False
    speech_margin_ms: float | None = None
    max_retries: int | None = None

    def reasons(self, verdict: Verdict, samples: int, sample_rate_hz: int) -> tuple[str, ...]:
        """What speaks against a clip of that many samples, one line each; empty: nothing does."""
        return (*gap_reasons(verdict, samples), *self._sound(verdict), *self._speech(verdict, samples, sample_rate_hz))

    def _sound(self, verdict: Verdict) -> Iterator[str]:
        level, floor_db = verdict.levels, verdict.speech.noise_floor_db
        if self.max_clipped_share is not None and level.clipped_share > self.max_clipped_share:
            yield f"{level.clipped_share:.1%} of the samples are clipped: lower the gain"
        if self.max_dc is not None and abs(level.dc) > self.max_dc:
            yield f"constant offset of {level.dc:.1%} of full scale: check the microphone's wiring"
        if level.peak_db <= FLOOR_DB:
            yield "all samples are zero: check the microphone"
        elif self.min_peak_db is not None and level.peak_db < self.min_peak_db:
            yield f"peak of {level.peak_db:.0f} dB: nearer to the microphone, or raise the gain"
        if self.max_noise_floor_db is not None and floor_db > self.max_noise_floor_db:
            yield f"noise floor of {floor_db:.0f} dB: find a quieter place"
        if self.max_retries is not None and verdict.retries > self.max_retries:
            yield f"{verdict.retries} retries on the line: check the cable"

    def _speech(self, verdict: Verdict, samples: int, sample_rate_hz: int) -> Iterator[str]:
        speech = verdict.speech
        if speech.start is None or speech.end is None:
            if self.speech_needed:
                yield "nothing stands out of the noise: speak louder"
            return
        if self.min_snr_db is not None and speech.snr_db is not None and speech.snr_db < self.min_snr_db:
            yield f"only {speech.snr_db:.0f} dB above the noise: speak louder, or find a quieter place"
        if self.speech_margin_ms is not None:
            margin = self.speech_margin_ms * sample_rate_hz / 1_000
            if speech.start < margin or samples - speech.end < margin:
                yield "speech runs into the clip's edge: wait for the count-down, or record longer takes"


def gap_reasons(verdict: Verdict, samples: int) -> tuple[str, ...]:
    """Why a clip of that many samples is not whole; these reasons cannot be switched off."""
    reasons = []
    if verdict.lost_samples:
        reasons.append(f"{verdict.lost_samples} of {samples} samples lost")
    if verdict.overruns:
        reasons.append(f"microphone overran: {verdict.overruns} samples")
    if not verdict.ended:
        reasons.append("recording did not end where it should")
    return tuple(reasons)
