"""Where somebody speaks: utterances cut out of an endless stream of samples.

An energy and spectral detector. Each frame of 20 ms gives its power in the band of speech (200 Hz to 4 kHz) and its
spectral flatness (geometric over arithmetic mean of the band's power: near 1 for noise, low for voices). The noise
floor follows the quietest frames. Speech begins with ``onset_frames`` frames that stand ``on_db`` above the floor
and are not flat, or stand far above it (fricatives are flat, but loud); it ends after ``hangover_ms`` of frames below
``off_db``. An utterance is handed out with ``pre_roll_ms`` before and ``post_roll_ms`` after it, because words begin
softly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kws_data.audio import Samples

_FLOOR_START_DB = -70.0
_FLOOR_LOWEST_DB = -90.0


@dataclass(frozen=True)
class VadSettings:
    """Thresholds of the detector; levels are dB above the noise floor."""

    on_db: float = 9.0
    off_db: float = 5.0
    loud_db: float = 18.0
    most_flat: float = 0.5
    onset_frames: int = 3
    pre_roll_ms: int = 250
    post_roll_ms: int = 200
    hangover_ms: int = 300
    min_speech_ms: int = 100
    max_utterance_ms: int = 10_000
    frame_ms: int = 20


@dataclass(frozen=True)
class Utterance:
    """A stretch of speech with its surroundings.

    Attributes:
        first_sample: place of ``samples[0]`` in the stream.
        samples: int16 [n], with pre-roll and post-roll.
        speech_start: where speech begins in ``samples``.
        speech_end: where it ends in ``samples``.
        floor_db: noise floor before it, dBFS in the band of speech.
        speech_db: mean level of the speech, the same.
    """

    first_sample: int
    samples: Samples
    speech_start: int
    speech_end: int
    floor_db: float
    speech_db: float


class Vad:
    """The detector over one stream. Feed it samples in pieces of any size; the cuts do not depend on the pieces.

    :meth:`gap` says that samples are missing: an utterance never spans one.
    """

    def __init__(self, sample_rate_hz: int, settings: VadSettings | None = None) -> None:
        self.settings = settings or VadSettings()
        self.rate_hz = sample_rate_hz
        self.frame = sample_rate_hz * self.settings.frame_ms // 1_000
        frequencies = np.fft.rfftfreq(self.frame, 1 / sample_rate_hz)
        self._band = (frequencies >= 200) & (frequencies <= 4_000)
        self._window = np.hanning(self.frame)
        self.floor_db = _FLOOR_START_DB
        self._settled = False
        self._first = self._next = self._free_from = self._last_speech = 0
        self._kept: Samples = np.zeros(0, np.int16)
        self._begun: int | None = None
        self._run = 0
        self._levels: list[float] = []
        self._first_levels: list[float] = []
        self._floor_before = self.floor_db

    @property
    def speaking(self) -> bool:
        """Whether an utterance is going on."""
        return self._begun is not None

    def feed(self, samples: Samples) -> Iterator[Utterance]:
        """Take in the next samples; yields the utterances that are complete."""
        self._kept = np.concatenate([self._kept, samples])
        while self._next + self.frame <= self._first + len(self._kept):
            at = self._next - self._first
            self._next += self.frame
            found = self._frame_passed(*self._measure(self._kept[at : at + self.frame]))
            if found is not None:
                yield found
            self._forget()

    def gap(self, first_sample: int) -> Iterator[Utterance]:
        """The stream goes on at ``first_sample``: what came before is ended, what is lost belongs to nothing."""
        yield from self.end()
        self._restart(first_sample)

    def end(self) -> Iterator[Utterance]:
        """The stream has ended: yields the utterance that was going on, if it is long enough."""
        if self._begun is not None:
            found = self._cut(self._last_speech)
            if found is not None:
                yield found

    # ---- one frame -------------------------------------------------------------------------------------------------

    def _measure(self, frame: Samples) -> tuple[float, float]:
        """Level in the band of speech in dBFS, and its spectral flatness 0 to 1."""
        values = frame.astype(np.float64) / 32_768.0
        power = np.abs(np.fft.rfft((values - values.mean()) * self._window)[self._band]) ** 2 + 1e-12
        flatness = float(np.exp(np.log(power).mean()) / power.mean())
        return 10.0 * float(np.log10(2 * power.sum() / (self._window**2).sum() / self.frame)), flatness

    def _frame_passed(self, db: float, flatness: float) -> Utterance | None:
        limits, above = self.settings, db - self.floor_db
        if self._begun is None:
            starts = self._settled and above > limits.on_db and (flatness < limits.most_flat or above > limits.loud_db)
            self._run = self._run + 1 if starts else 0
            if self._run == limits.onset_frames:
                self._begun = self._next - self._run * self.frame
                self._floor_before, self._levels = self.floor_db, []
                self._last_speech = self._next
        elif above > limits.off_db:
            self._last_speech = self._next
        self._follow_floor(db)
        if self._begun is None:
            return None
        self._levels.append(db)
        quiet_for = self._next - self._last_speech
        too_long = self._next - self._begun >= self._in_samples(limits.max_utterance_ms)
        if too_long or quiet_for >= self._in_samples(limits.hangover_ms):
            return self._cut(self._last_speech)
        return None

    def _follow_floor(self, db: float) -> None:
        """Down quickly, up slowly, and slower still within speech; the first frames set it."""
        if not self._settled:
            self._first_levels.append(db)
            self._settled = len(self._first_levels) >= 10
            self.floor_db = max(_FLOOR_LOWEST_DB, float(np.percentile(self._first_levels, 30)))
            return
        step = 0.2 if db < self.floor_db else 0.002 if self._begun is not None else 0.05
        self.floor_db = max(_FLOOR_LOWEST_DB, self.floor_db + step * min(20.0, db - self.floor_db))

    # ---- cutting ---------------------------------------------------------------------------------------------------

    def _cut(self, speech_end: int) -> Utterance | None:
        begun, self._begun, self._run = self._begun, None, 0
        assert begun is not None
        if speech_end - begun < self._in_samples(self.settings.min_speech_ms):
            return None
        start = max(self._first, self._free_from, begun - self._in_samples(self.settings.pre_roll_ms))
        end = min(self._first + len(self._kept), speech_end + self._in_samples(self.settings.post_roll_ms))
        self._free_from = end
        samples = self._kept[start - self._first : end - self._first].copy()
        mean = 10 * float(np.log10(np.mean(10 ** (np.array(self._levels) / 10))))
        return Utterance(start, samples, begun - start, speech_end - start, self._floor_before, mean)

    def _forget(self) -> None:
        """Keep only what an utterance that begins now, or is going on, still needs."""
        keep = self._in_samples(self.settings.pre_roll_ms) + self.settings.onset_frames * self.frame
        oldest = self._begun if self._begun is not None else self._next
        drop = oldest - keep - self._first
        if drop > self.rate_hz:  # in pieces of a second, because each copies what is kept
            self._kept = self._kept[drop:]
            self._first += drop

    def _restart(self, first_sample: int) -> None:
        self._first = self._next = self._free_from = self._last_speech = first_sample
        self._kept = np.zeros(0, np.int16)
        self._begun = None
        self._run = 0

    def _in_samples(self, milliseconds: int) -> int:
        return milliseconds * self.rate_hz // 1_000
