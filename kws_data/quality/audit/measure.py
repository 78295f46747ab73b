"""What can be measured of one clip: one row of numbers, from which the checks of ``signal.py`` and ``edges.py`` read.

Levels are dB of full scale as in ``firmware_tools/levels.py``. Any int16 clip has a row, of whatever length.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_tools.levels import FLOOR_DB, find_speech, levels, utterances
from kws_data.audio import Samples

EDGE_FRAME_S = 0.01
EDGE_FRAMES = 2  # all of them must be loud: a click of a key or mouse is shorter
_DRIFT_S = 0.005  # what is slower is taken off before edges are judged: a room's rumble
TOP = 0.97  # of the farthest sample: where a clipped wave is flat
_SLOPE = 0.9  # between this and TOP a wave that is not clipped has about as many samples
HALF_BAND_HZ = 4_000.0
_ABOVE_HZ = (4_600.0, 7_800.0)
MAINS_HZ = (50.0, 60.0)

#: One row. Shares and dc 0 to 1, levels in dB, times in seconds; NaN where a clip has no such thing.
MEASURES = np.dtype(
    [
        ("audio", "S64"),
        *(
            (name, "<f4")
            for name in (
                "seconds",
                "peak_db",
                "rms_db",
                "dc",
                "full_scale_share",  # of samples at the limits of 16 bits
                "flat_share",  # of samples in level runs of two and more at the clip's own highest or lowest value
                "flat_excess",  # samples above TOP of the farthest, over those just below
                "floor_db",
                "snr_db",
                "speech_start_s",
                "speech_end_s",
                "speech_db",
                "start_db",  # the quieter of the first two frames of 10 ms, less the loudest twentieth of all
                "end_db",
                "start_over_floor_db",  # the same frames, over the quietest tenth
                "end_over_floor_db",
                "start_zeros_s",  # digital silence, or any one value, before the sound
                "end_zeros_s",
                "inner_zeros_s",  # the longest stretch within it
                "utterances",
                "second_db",  # level of the second loudest utterance, less that of the loudest
                "gap_s",  # between the two
                "high_lsb",  # RMS between 4.6 and 7.8 kHz, in steps of 16 bits: rounding alone gives 0.18
                "edge_4k_db",  # fall from just below to just above 4 kHz
                "hum_db",  # outside of the speech: of 50 or 60 Hz and harmonics, of full scale
                "hum_over_db",  # the same, over what lies between them
                "hum_hz",
            )
        ),
    ]
)

Floats = NDArray[np.float64]


def measure(samples: Samples, rate_hz: int) -> NDArray[np.void]:
    """A row of :data:`MEASURES` for int16 ``[n]``, without its hash."""
    row = np.zeros((), MEASURES)
    for name in MEASURES.names[1:] if MEASURES.names else ():
        row[name] = np.nan
    heard = levels(samples)
    row["seconds"] = len(samples) / rate_hz
    row["peak_db"], row["rms_db"], row["dc"] = heard.peak_db, heard.rms_db, heard.dc
    row["full_scale_share"] = heard.clipped_share
    if not len(samples):
        return row
    row["flat_share"], row["flat_excess"] = _flat_tops(samples)
    start, end, inner = _still(samples)
    row["start_zeros_s"], row["end_zeros_s"], row["inner_zeros_s"] = start / rate_hz, end / rate_hz, inner / rate_hz
    if heard.silent:
        return row
    sound = samples[start : len(samples) - end]
    _speech(row, sound, start, rate_hz)
    _band(row, sound, rate_hz)
    _hum(row, sound, start, rate_hz)
    return row


def _flat_tops(samples: Samples) -> tuple[float, float]:
    """(share of samples in level runs at the extremes, samples near the extreme over those below it).

    A clipped wave stays at its highest (or lowest) value for samples on end; a gain afterwards, an offset or a codec
    moves or ripples that value, so the second measure counts all that is near it.
    """
    flat, excess = 0, 0.0
    values = samples.astype(np.int32)
    for side in (values, -values):
        top = int(side.max())
        if top < 64:
            continue
        at_top = side == top
        pairs = at_top[1:] & at_top[:-1]
        flat += int(pairs.sum()) + int((pairs & ~np.concatenate([[False], pairs[:-1]])).sum())
        near, below = int((side >= TOP * top).sum()), int(((side < TOP * top) & (side >= _SLOPE * top)).sum())
        if near >= 20:
            excess = max(excess, near / (below + 1.0))
    return flat / len(samples), excess


def _still(samples: Samples) -> tuple[int, int, int]:
    """Samples of one single value: before the sound, after it, and the longest stretch of zeros within it."""
    moves = np.flatnonzero(np.diff(samples))
    if not len(moves):
        return len(samples), 0, 0
    start = int(moves[0]) + 1 if moves[0] > 0 else 0
    end = len(samples) - 1 - int(moves[-1])
    end = end if end > 1 else 0
    inner = samples[start : len(samples) - end] != 0
    places = np.concatenate([[-1], np.flatnonzero(inner), [len(inner)]])
    return start, end, int(np.diff(places).max()) - 1


def _speech(row: NDArray[np.void], sound: Samples, offset: int, rate_hz: int) -> None:
    found = find_speech(sound, rate_hz)
    mean = float(sound.astype(np.float64).mean())
    row["floor_db"] = found.noise_floor_db
    row["start_db"], row["end_db"], row["start_over_floor_db"], row["end_over_floor_db"] = _edges(sound, rate_hz)
    pieces = utterances(sound, rate_hz)
    row["utterances"] = len(pieces)
    speech_db = _level(sound, mean)
    if found.start is not None and found.end is not None and found.snr_db is not None:
        speech_db = _level(sound[found.start : found.end], mean)
        row["snr_db"] = found.snr_db
        row["speech_start_s"], row["speech_end_s"] = (offset + found.start) / rate_hz, (offset + found.end) / rate_hz
    row["speech_db"] = speech_db
    if len(pieces) > 1:
        loudness = [_energy(sound[first:last], mean) for first, last in pieces]
        loudest, second = np.argsort(loudness)[::-1][:2].tolist()
        row["second_db"] = 10 * np.log10(max(loudness[second], 1e-12) / max(loudness[loudest], 1e-12))
        low, high = sorted((pieces[loudest], pieces[second]))
        row["gap_s"] = (high[0] - low[1]) / rate_hz


def _edges(sound: Samples, rate_hz: int) -> tuple[float, float, float, float]:
    """Levels of the first and the last frames, in dB under the loudest and over the quietest; NaN for a few frames."""
    from scipy.ndimage import uniform_filter1d

    frame, drift = max(1, int(EDGE_FRAME_S * rate_hz)), max(1, int(_DRIFT_S * rate_hz)) | 1
    count = len(sound) // frame
    if count < 4 * EDGE_FRAMES:
        return (np.nan,) * 4
    values = sound.astype(np.float64)
    values -= uniform_filter1d(values, drift, mode="nearest")
    from_start = _frame_levels(values[: count * frame].reshape(count, frame))
    from_end = _frame_levels(values[-count * frame :].reshape(count, frame))
    floor = float(np.percentile(from_start, 10))
    loudest = float(np.sort(from_start)[-max(3, count // 20) :].mean())
    start, end = float(from_start[:EDGE_FRAMES].min()), float(from_end[-EDGE_FRAMES:].min())
    return start - loudest, end - loudest, start - floor, end - floor


def _frame_levels(frames: Floats) -> Floats:
    made: Floats = 10 * np.log10((frames**2).mean(axis=1) + 1e-3)
    return made


def _energy(samples: Samples, mean: float) -> float:
    return float(np.sum((samples.astype(np.float64) - mean) ** 2)) / 32_768.0**2


def _level(samples: Samples, mean: float) -> float:
    power = _energy(samples, mean) / max(len(samples), 1)
    return max(FLOOR_DB, 10 * float(np.log10(power))) if power > 0 else FLOOR_DB


def _band(row: NDArray[np.void], sound: Samples, rate_hz: int) -> None:
    """What lies above 4 kHz, where a recording at 8 kHz that was brought to a higher rate has nothing."""
    if rate_hz < 2.4 * HALF_BAND_HZ:
        return
    power, hz = _spectrum(sound, rate_hz)

    def density_db(low: float, high: float) -> float:
        some = power[(hz >= low) & (hz < high)]
        return 10 * float(np.log10(some.mean() + 1e-20)) if len(some) else np.nan

    above = power[(hz >= _ABOVE_HZ[0]) & (hz < _ABOVE_HZ[1])]
    row["high_lsb"] = 32_768.0 * float(np.sqrt(above.sum()))
    row["edge_4k_db"] = density_db(3_300, 3_800) - density_db(4_200, 4_700)


def _spectrum(sound: Samples, rate_hz: int) -> tuple[Floats, Floats]:
    """(power of each bin of the whole, summing to the mean square; its frequency)."""
    values = (sound.astype(np.float64) - float(sound.mean())) / 32_768.0
    window = np.hanning(len(values))
    power: Floats = np.abs(np.fft.rfft(values * window)) ** 2
    power *= 2 / max(float((window**2).sum()) * len(values), 1e-12)
    return power, np.asarray(np.fft.rfftfreq(len(values), 1 / rate_hz), np.float64)


def _hum(row: NDArray[np.void], sound: Samples, offset: int, rate_hz: int) -> None:
    """Mains hum in the longer stretch beside the speech (a voice has harmonics of its own), of a quarter of a second
    at least: the first four harmonics, each within two bins, against what lies half-way between them."""
    quiet = sound
    if np.isfinite(row["speech_start_s"]):
        first, last = (round(float(row[name]) * rate_hz) - offset for name in ("speech_start_s", "speech_end_s"))
        quiet = max(sound[:first], sound[last:], key=len)
    if len(quiet) < rate_hz // 4:
        return
    power, hz = _spectrum(quiet, rate_hz)
    reach, best = 2.0 * rate_hz / len(quiet), -np.inf
    for mains in MAINS_HZ:
        places = [mains * harmonic for harmonic in range(1, 5)]
        tones = sum(float(power[np.abs(hz - at) <= reach].sum()) for at in places)
        between = sum(float(power[np.abs(hz - at - mains / 2) <= reach].sum()) for at in places)
        over = 10 * np.log10((tones + 1e-14) / (between + 1e-14))
        if over > best:
            best = over
            row["hum_db"], row["hum_over_db"], row["hum_hz"] = 10 * np.log10(tones + 1e-14), over, mains
