"""What is wrong with a microphone, from a few seconds of what it hears: dead, clipping, offset, hum, noise, gain.

What its driver does to the order and the bits of samples is found by ``pairs.py``, ``bits.py`` and ``startup.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.levels import FLOOR_DB, FULL_SCALE, Levels, decibels, levels
from kws_data.audio import Samples
from kws_data.doctor.bits import examine_bits
from kws_data.doctor.findings import Finding, bad, note, well
from kws_data.doctor.pairs import examine_pairs
from kws_data.doctor.startup import examine_startup, transient

DEAD_DB = -84.0  # two steps of int16: less than the noise of any microphone
QUIET_VALUES = 4
CLIPPED_SHARE = 0.001
OFFSET_SHARE = 0.03
HUM_SHARE = 0.25
HUM_DB = -60.0
NOISY_DB = -35.0
FAINT_PEAK_DB = -54.0  # of the loudest sample: 64 steps of int16
GOOD_PEAK_DB = -18.0  # of speech near the microphone
BIT_DB = 6.02
_MAINS_HZ = (50.0, 60.0)
_HARMONICS = 8


def examine_sound(samples: Samples, sample_rate_hz: int, *, exact: bool = True) -> Iterator[Finding]:
    """Findings on int16 [n] of a room, best two seconds or more: the first is the level, the others are troubles.

    Args:
        samples: from the microphone's start on; best with somebody speaking.
        sample_rate_hz: nominal.
        exact: bits are as they left the microphone; False where a codec has changed them.
    """
    settling = transient(samples, sample_rate_hz)
    yield from examine_startup(samples, sample_rate_hz)
    settled = samples if settling is None else samples[round(settling.settled_s * sample_rate_hz) :]
    loud = levels(settled)
    if loud.rms_db < DEAD_DB or len(np.unique(settled)) < QUIET_VALUES:
        yield _dead(settled)
        return
    heard = {"rms_db": round(loud.rms_db, 1), "peak_db": round(loud.peak_db, 1), "dc": round(loud.dc, 5)}
    yield well("microphone", f"hears {loud.rms_db:.0f} dB, peaks at {loud.peak_db:.0f} dB", **heard)
    yield from _clipping(loud)
    yield from _offset(loud)
    yield from _gain(settled)
    yield from _hum(settled, sample_rate_hz)
    if loud.rms_db > NOISY_DB and loud.clipped_share <= CLIPPED_SHARE:
        remedy = "if the room is quiet, lower the gain or look for a switching supply near the microphone"
        yield note("noise", f"the room sounds at {loud.rms_db:.0f} dB", remedy, rms_db=heard["rms_db"])
    yield from examine_pairs(settled, sample_rate_hz)
    if exact:
        yield from examine_bits(settled)


def _dead(samples: Samples) -> Finding:
    values = ", ".join(map(str, np.unique(samples)[:3]))
    return bad(
        "microphone",
        f"dead: {len(samples)} samples hold little else than {values}",
        "check its power, clock and data pins, and which channel (left or right) the firmware reads",
    )


def _gain(samples: Samples) -> Iterator[Finding]:
    """A loudest sample so low that speech would be rounded away; the mean is no sound."""
    peak = float(np.abs(samples - np.mean(samples)).max()) / FULL_SCALE
    if decibels(peak) < FAINT_PEAK_DB:
        bits = round((GOOD_PEAK_DB - decibels(peak)) / BIT_DB)
        remedy = f"if somebody spoke meanwhile, the gain is far off: shift by {bits} bits less in the port, or raise it"
        found = f"the loudest sample is {decibels(peak):.0f} dB"
        yield note("gain", found, remedy, peak_db=round(decibels(peak), 1), bits=bits)


def _clipping(loud: Levels) -> Iterator[Finding]:
    if loud.clipped_share > CLIPPED_SHARE:
        found = f"{loud.clipped_share:.1%} of the samples stand at the limit"
        yield bad("clipping", found, "lower the gain in the firmware's port", share=round(loud.clipped_share, 5))


def _offset(loud: Levels) -> Iterator[Finding]:
    if abs(loud.dc) > OFFSET_SHARE:
        remedy = "switch the high-pass of the microphone or codec on; check bias and the format of its samples"
        yield bad("DC offset", f"samples stand {loud.dc:+.1%} of full scale off zero", remedy, dc=round(loud.dc, 5))


def _hum(samples: Samples, sample_rate_hz: int) -> Iterator[Finding]:
    mains_hz, share, hum_db = hum(samples, sample_rate_hz)
    if share > HUM_SHARE and hum_db > HUM_DB:
        remedy = "run the board from a battery or another USB supply, keep its cable off mains leads, ground it once"
        found = f"{mains_hz:.0f} Hz and its harmonics hold {share:.0%} of the power, {hum_db:.0f} dB"
        yield bad("hum", found, remedy, mains_hz=mains_hz, share=round(share, 3), hum_db=round(hum_db, 1))


def hum(samples: Samples, sample_rate_hz: int) -> tuple[float, float, float]:
    """Mains frequency (50 or 60 Hz), its and its harmonics' share of the power above 20 Hz, and their level in dBFS."""
    values = (samples.astype(np.float64) - samples.mean()) / FULL_SCALE
    window = np.hanning(len(values))
    power = np.abs(np.fft.rfft(values * window)) ** 2
    frequencies = np.arange(len(power)) * (sample_rate_hz / len(values))
    total = float(power[frequencies > 20].sum()) or 1e-20
    mains_hz = max(_MAINS_HZ, key=lambda hz: _power_at(power, frequencies, hz))
    at = _power_at(power, frequencies, mains_hz)
    if _power_at(power, frequencies, mains_hz, 3) < at / 2:  # a voice or a whistle on one of the higher harmonics
        return mains_hz, 0.0, FLOOR_DB
    mean_square = 2.0 * at / float((window**2).sum()) / len(values)
    return mains_hz, at / total, decibels(mean_square**0.5)


def _power_at(
    power: NDArray[np.float64], frequencies: NDArray[np.floating[Any]], mains_hz: float, highest: int = _HARMONICS
) -> float:
    width = max(1.0, 2.0 * float(frequencies[1]))
    near = [np.abs(frequencies - k * mains_hz) <= width for k in range(1, highest + 1)]
    return float(power[np.any(near, axis=0)].sum())
