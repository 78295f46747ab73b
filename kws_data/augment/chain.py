"""The chain, in the order in which sound goes its way.

::

    voice       tempo, pitch: another speaker; shift: earlier or later
    second      somebody else speaks
    room        measured or simulated
    noise       of the place
    microphone  equaliser, gain, converter

Rows are independent of each other: row i is the same whatever else is in its batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from kws_data.augment.convolve import convolve_rows
from kws_data.augment.draws import EQ_KNOTS, Draws
from kws_data.augment.equalise import equalise
from kws_data.augment.level import gain, mix, quantise
from kws_data.augment.rooms import simulated_rooms
from kws_data.augment.shift import shift
from kws_data.augment.sounds import Sounds
from kws_data.augment.voice import change_voice
from kws_data.config import AugmentSettings

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
        rows = self._shifted(self._voice(clips)).astype(np.float32)
        for stage in (self._room, self._noise, self._equaliser):
            stage(rows)
        return quantise(self._gain(rows, words))

    def _voice(self, clips: Clips) -> Clips:
        draws, settings = self.draws, self.settings
        tempo, semitones = np.ones(len(clips)), np.zeros(len(clips))
        faster = draws.rows("tempo?", settings.tempo_probability)
        higher = draws.rows("pitch?", settings.pitch_probability)
        tempo[faster] = draws.between("tempo", settings.tempo, faster)
        semitones[higher] = draws.between("pitch", settings.pitch_semitones, higher)
        chosen = np.union1d(faster, higher)
        changed = clips.copy()
        _replace(changed, chosen, lambda part: change_voice(part, tempo[chosen], semitones[chosen], self.rate_hz))
        return changed

    def _shifted(self, clips: Clips) -> Clips:
        reach = int(self.settings.shift_ms * self.rate_hz / 1_000)
        return shift(clips, self.draws.index("shift", 2 * reach + 1) - reach)

    def _room(self, rows: Rows) -> None:
        draws, settings, samples = self.draws, self.settings, rows.shape[1]
        chosen = draws.rows("room?", settings.room_probability)
        if not len(chosen):
            return
        measured = len(self.sounds.rooms)
        share = settings.room_simulated_share if measured else 1.0
        pool = simulated_rooms(settings, samples, self.rate_hz) if share > 0.0 else ()
        kernels = [
            pool[int(place * len(pool))] if kind < share else self.sounds.room(int(place * measured), samples)
            for kind, place in zip(draws.uniform("room simulated?")[chosen], draws.uniform("room")[chosen], strict=True)
        ]
        _replace(rows, chosen, lambda part: convolve_rows(part, kernels))

    def _noise(self, rows: Rows) -> None:
        noise, samples = self.sounds.noise, rows.shape[1]
        chosen = self.draws.rows("noise?", self.settings.noise_probability)
        if not len(noise) or not len(chosen):
            return
        if len(noise) <= samples:
            noise = np.resize(noise, samples + 1)
        starts = self.draws.index("noise", len(noise) - samples, chosen)
        pieces = np.stack([noise[start : start + samples] for start in starts.tolist()])
        snr_db = self.draws.between("noise snr", self.settings.noise_snr_db, chosen)
        _replace(rows, chosen, lambda part: mix(part, pieces, snr_db))

    def _equaliser(self, rows: Rows) -> None:
        settings = self.settings
        chosen = self.draws.rows("eq?", settings.eq_probability)
        ends = (-settings.eq_gain_db, settings.eq_gain_db)
        gains_db = np.stack([self.draws.between(f"eq {knot}", ends, chosen) for knot in range(EQ_KNOTS)], axis=1)
        _replace(rows, chosen, lambda part: equalise(part, gains_db, self.rate_hz))

    def _gain(self, rows: Rows, words: Words) -> Rows:
        low, high = self.settings.gain_db
        quiet = ~words & (self.draws.uniform("quiet?") < QUIET_SHARE)
        lows = np.where(quiet, min(low, QUIET_GAIN_DB), low)
        return gain(rows, lows + (high - lows) * self.draws.uniform("gain"))


def _replace(rows: NDArray[np.generic], chosen: NDArray[np.intp], change: Callable[..., NDArray[np.generic]]) -> None:
    """Put what ``change`` makes of the chosen rows in their place."""
    if len(chosen):
        rows[chosen] = change(rows[chosen])
