"""The chain, in the order in which sound goes its way.

::

    speaker     tempo, pitch, formants; shift: earlier or later
    voice       somebody else speaks
    room        measured or simulated, around both
    noise       of the place
    microphone  equaliser, low-pass, high-pass, clipping, gain and converter, codec

Rows are independent of each other: row i is the same whatever else is in its batch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kws_data.augment.band import ORDERS, Kind, band_limit, mel_between
from kws_data.augment.codec import code
from kws_data.augment.draws import EQ_KNOTS, Draws
from kws_data.augment.equalise import equalise
from kws_data.augment.formants import move_formants
from kws_data.augment.level import clip_peaks, convert, mix
from kws_data.augment.rooms import hear_in, simulated_rooms
from kws_data.augment.shift import shift
from kws_data.augment.sounds import Sounds
from kws_data.augment.voice import change_voice
from kws_data.config.augment import AugmentSettings

PART = 16  # rows in work at once: they stay in the processor's cache
QUIET_SHARE, QUIET_GAIN_DB = 0.3, -30.0  # so many copies of silence are turned down as far as this

Clips = NDArray[np.int16]
Rows = NDArray[np.float32]
Words = NDArray[np.bool_]


def augment_batch(
    clips: Clips,
    rngs: Sequence[np.random.Generator],
    words: Words,
    settings: AugmentSettings,
    sounds: Sounds,
    rate_hz: int,
) -> Clips:
    """One augmented copy of each clip. Safe to call from several threads.

    Args:
        clips: int16 ``[n, samples]``.
        rngs: one generator a row; all that is random about the row is drawn from it.
        words: bool ``[n]``; False for silence, some of which is turned down further and never hears a second speaker.
        settings: ranges and probabilities.
        sounds: what is mixed under the clips.
        rate_hz: of clips and sounds.

    Returns:
        int16 ``[n, samples]``, clipped at full scale as a converter does.

    Raises:
        ValueError: not as many generators or words as clips.
        FirmwareError: there is no C compiler.
    """
    if not len(clips) == len(rngs) == len(words):
        raise ValueError(f"{len(clips)} clips, {len(rngs)} generators, {len(words)} words")
    draws, copies = Draws(rngs), np.empty(clips.shape, np.int16)
    for start in range(0, len(clips), PART):
        end = start + PART
        chain = Chain(draws.part(start, end), settings, sounds, rate_hz)
        copies[start:end] = chain.copies(clips[start:end], words[start:end])
    return copies


class Chain:
    """What happens to one part of a batch.

    Args:
        draws: random numbers of its rows.
        settings: ranges and probabilities.
        sounds: what is mixed under the clips.
        rate_hz: of clips and sounds.
    """

    def __init__(self, draws: Draws, settings: AugmentSettings, sounds: Sounds, rate_hz: int) -> None:
        self.draws, self.settings, self.sounds, self.rate_hz = draws, settings, sounds, rate_hz

    def copies(self, clips: Clips, words: Words) -> Clips:
        """int16 ``[n, samples]``: the whole way."""
        rows = self._shifted(self._formants(self._tempo_and_pitch(clips)))
        for stage in (self._voice, self._room, self._noise, self._equaliser, self._bands, self._clipping):
            rows = stage(rows, words)
        return self._codec(convert(rows, self._gain_db(words)))

    def _tempo_and_pitch(self, clips: Clips) -> Clips:
        draws, settings = self.draws, self.settings
        tempo, semitones = np.ones(len(clips)), np.zeros(len(clips))
        faster = draws.rows("tempo?", settings.tempo_probability)
        higher = draws.rows("pitch?", settings.pitch_probability)
        tempo[faster] = draws.between("tempo", settings.tempo, faster)
        semitones[higher] = draws.between("pitch", settings.pitch_semitones, higher)
        chosen = np.union1d(faster, higher)
        if len(chosen):
            clips = clips.copy()
            clips[chosen] = change_voice(clips[chosen], tempo[chosen], semitones[chosen], self.rate_hz)
        return clips

    def _formants(self, clips: Clips) -> Clips:
        chosen = self.draws.rows("formants?", self.settings.formant_probability)
        if len(chosen):
            ends = self.settings.formants
            low = self.draws.between("low formants", ends, chosen)
            high = self.draws.between("high formants", ends, chosen)
            clips = clips.copy()
            clips[chosen] = move_formants(clips[chosen], low, high, self.rate_hz)
        return clips

    def _shifted(self, clips: Clips) -> Rows:
        reach = int(self.settings.shift_ms * self.rate_hz / 1_000)
        return shift(clips, self.draws.index("shift", 2 * reach + 1) - reach)

    def _voice(self, rows: Rows, words: Words) -> Rows:
        """A second speaker, at any time: under silence a word would make the label wrong."""
        voices, samples = self.sounds.voices, rows.shape[1]
        chosen = self.draws.rows("voice?", self.settings.voice_probability)
        chosen = chosen[words[chosen]]
        if not len(voices) or not len(chosen):
            return rows
        offsets = self.draws.index("voice shift", samples, chosen) - samples // 2
        spoken = shift(voices[self.draws.index("voice", len(voices), chosen)], offsets).astype(np.int16).ravel()
        snr_db = self.draws.between("voice snr", self.settings.voice_snr_db, chosen)
        rows[chosen] = mix(rows[chosen], spoken, np.arange(len(chosen)) * samples, snr_db)
        return rows

    def _room(self, rows: Rows, words: Words) -> Rows:
        draws, settings, samples = self.draws, self.settings, rows.shape[1]
        chosen = draws.rows("room?", settings.room_probability)
        if not len(chosen):
            return rows
        measured = len(self.sounds.rooms)
        share = settings.room_simulated_share if measured else 1.0
        pool = simulated_rooms(settings, samples, self.rate_hz) if share > 0.0 else ()
        kernels = [
            pool[int(place * len(pool))] if kind < share else self.sounds.room(int(place * measured), samples)
            for kind, place in zip(draws.uniform("room simulated?")[chosen], draws.uniform("room")[chosen], strict=True)
        ]
        rows[chosen] = hear_in(rows[chosen], kernels)
        return rows

    def _noise(self, rows: Rows, words: Words) -> Rows:
        noise, samples = self.sounds.noise, rows.shape[1]
        chosen = self.draws.rows("noise?", self.settings.noise_probability)
        if not len(noise) or not len(chosen):
            return rows
        if len(noise) <= samples:
            noise = np.resize(noise, samples + 1)
        snr_db = np.full(len(rows), np.inf)
        snr_db[chosen] = self.draws.between("noise snr", self.settings.noise_snr_db, chosen)
        return mix(rows, noise, self.draws.index("noise", len(noise) - samples), snr_db)

    def _equaliser(self, rows: Rows, words: Words) -> Rows:
        settings = self.settings
        chosen = self.draws.rows("eq?", settings.eq_probability)
        if len(chosen):
            ends = (-settings.eq_gain_db, settings.eq_gain_db)
            gains_db = np.stack([self.draws.between(f"eq {knot}", ends, chosen) for knot in range(EQ_KNOTS)], axis=1)
            rows[chosen] = equalise(rows[chosen], gains_db, self.rate_hz)
        return rows

    def _bands(self, rows: Rows, words: Words) -> Rows:
        settings = self.settings
        rows = self._band(rows, "low", settings.low_pass_probability, settings.low_pass_hz)
        return self._band(rows, "high", settings.high_pass_probability, settings.high_pass_hz)

    def _band(self, rows: Rows, kind: Kind, probability: float, ends_hz: tuple[float, float]) -> Rows:
        chosen = self.draws.rows(f"{kind} pass?", probability)
        if len(chosen):
            cutoffs_hz = mel_between(self.draws.uniform(f"{kind} pass")[chosen], ends_hz)
            orders = self.draws.index(f"{kind} pass order", len(ORDERS), chosen) + ORDERS[0]
            rows[chosen] = band_limit(rows[chosen], kind, cutoffs_hz, orders, self.rate_hz)
        return rows

    def _clipping(self, rows: Rows, words: Words) -> Rows:
        chosen = self.draws.rows("clipping?", self.settings.clipping_probability)
        if len(chosen):
            percents = self.draws.between("clipping", self.settings.clipping_percent, chosen)
            rows[chosen] = clip_peaks(rows[chosen], percents / 100.0)
        return rows

    def _codec(self, clips: Clips) -> Clips:
        codecs = self.settings.codecs
        chosen = self.draws.rows("codec?", self.settings.codec_probability)
        kinds = self.draws.index("codec", len(codecs), chosen)
        for number, name in enumerate(codecs):
            rows = chosen[kinds == number]
            if len(rows):
                clips[rows] = code(clips[rows], name, self.rate_hz)
        return clips

    def _gain_db(self, words: Words) -> NDArray[np.float64]:
        low, high = self.settings.gain_db
        quiet = ~words & (self.draws.uniform("quiet?") < QUIET_SHARE)
        lows = np.where(quiet, min(low, QUIET_GAIN_DB), low)
        return lows + (high - lows) * self.draws.uniform("gain")
