"""The verdict on a clip: what the line did to it, how it sounds, and what speaks against keeping it.

All levels are dB relative to full scale: a square wave of full height has 0 dB, silence ``FLOOR_DB``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FULL_SCALE = 32_768.0
FLOOR_DB = -120.0
FRAME_S = 0.02
FLOOR_PERCENTILE = 10.0  # the noise floor is the level of the clip's quietest tenth
SPEECH_ABOVE_DB = 9.0
SPEECH_FRAMES = 3  # in a row: a click is no speech
JOIN_S = 0.2  # pauses within a word


@dataclass(frozen=True)
class Levels:
    """How loud a clip is: dB and shares relative to full scale."""

    clipping_share: float
    dc: float
    peak_db: float
    rms_db: float


@dataclass(frozen=True)
class Speech:
    """What stands out of a clip.

    Attributes:
        noise_floor_db: RMS level of the quietest tenth of the clip.
        snr_db: level of the speech above that, None when there is none.
        start: sample at which speech begins, None when there is none.
        end: sample after its last one.
    """

    noise_floor_db: float
    snr_db: float | None = None
    start: int | None = None
    end: int | None = None


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

    max_clipping_share: float | None = 0.01
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
        if self.max_clipping_share is not None and level.clipping_share > self.max_clipping_share:
            yield f"{level.clipping_share:.1%} of the samples are clipped: lower the gain"
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


def levels(samples: NDArray[np.int16]) -> Levels:
    """Levels of int16 samples [n]; ``FLOOR_DB`` stands for silence, RMS is measured around the mean."""
    if samples.size == 0:
        return Levels(0.0, 0.0, FLOOR_DB, FLOOR_DB)
    values = samples.astype(np.float64) / FULL_SCALE
    dc = float(values.mean())
    clipped = float(np.mean((samples == 32_767) | (samples == -32_768)))
    return Levels(clipped, dc, _db(float(np.abs(values).max())), _db(float(np.sqrt(np.mean((values - dc) ** 2)))))


def find_speech(samples: NDArray[np.int16], sample_rate_hz: int) -> Speech:
    """What stands ``SPEECH_ABOVE_DB`` out of the clip's own noise, for int16 [n].

    Levels of frames of ``FRAME_S`` seconds; the floor is their tenth percentile. Of the stretches above it (pauses up
    to ``JOIN_S`` belong to them) the one with the most energy is the speech; its SNR is its mean power over the floor.
    """
    frame = max(1, int(FRAME_S * sample_rate_hz))
    count = len(samples) // frame
    if count == 0:
        return Speech(FLOOR_DB)
    values = samples[: count * frame].astype(np.float64).reshape(count, frame) / FULL_SCALE
    power = np.mean((values - values.mean()) ** 2, axis=1) + 10 ** (FLOOR_DB / 10)
    floor = float(np.percentile(power, FLOOR_PERCENTILE))
    floor_db = 10 * float(np.log10(floor))
    stretches = [
        (first, last)
        for first, last in _stretches(power > floor * 10 ** (SPEECH_ABOVE_DB / 10), int(JOIN_S / FRAME_S))
        if last - first >= SPEECH_FRAMES
    ]
    if not stretches:
        return Speech(floor_db)
    first, last = max(stretches, key=lambda stretch: float(power[stretch[0] : stretch[1]].sum()))
    snr_db = 10 * float(np.log10(power[first:last].mean() / floor))
    return Speech(floor_db, snr_db, first * frame, last * frame)


def _stretches(above: NDArray[np.bool_], join: int) -> list[tuple[int, int]]:
    """(first, after the last) of each run of True; runs no more than ``join`` apart are one."""
    runs: list[tuple[int, int]] = []
    for place in np.flatnonzero(above).tolist():
        if runs and place - runs[-1][1] <= join:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def _db(ratio: float) -> float:
    return max(FLOOR_DB, 20.0 * float(np.log10(ratio))) if ratio > 0 else FLOOR_DB
