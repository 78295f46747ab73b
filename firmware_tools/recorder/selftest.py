"""Signals that a board makes itself, and that the host knows sample for sample: the whole way but the microphone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.link.serial_link import Link
from firmware_tools.protocol import adpcm
from firmware_tools.protocol.audio_frames import Codec, Source
from firmware_tools.recorder.clip import record_clip

#: One period of the tone: a sixteenth of the sample rate, half of full scale; the same table as in apps/recorder.c.
TONE = (0, 6270, 11585, 15137, 16384, 15137, 11585, 6270, 0, -6270, -11585, -15137, -16384, -15137, -11585, -6270)


@dataclass(frozen=True)
class SelfTest:
    """What came of one signal: samples asked for, wrong and lost, and the tone's frequency (None for the ramp)."""

    source: Source
    codec: Codec
    samples: int
    wrong: int
    lost: int
    frequency_hz: float | None = None

    @property
    def passed(self) -> bool:
        """Every sample came, and every bit of it."""
        return not self.wrong and not self.lost


def expected_signal(source: Source, samples: int, codec: Codec = Codec.PCM16) -> NDArray[np.int16]:
    """int16 [samples] that the host must get of a signal; with ADPCM, what the codec leaves of it.

    Raises:
        ValueError: the microphone is no such signal.
    """
    if source is Source.MICROPHONE:
        raise ValueError("nobody knows what the microphone will hear")
    plain = np.arange(samples, dtype=np.int64)
    signal = np.array(TONE, np.int16)[plain % len(TONE)] if source is Source.TONE else plain.astype(np.int16)
    if codec is Codec.PCM16:
        return signal
    return adpcm.decode(adpcm.encode(signal)[0], samples)[0]


def self_test(link: Link, source: Source, samples: int = 16_000, codec: str | Codec = "auto") -> SelfTest:
    """Have the board send a ramp or a tone, and compare it bit by bit.

    Raises:
        LinkError: the board is silent, or its app does not record.
    """
    taken = record_clip(link, samples, source=source, codec=codec)
    wrong = int(np.count_nonzero(taken.samples != expected_signal(source, samples, taken.codec)))
    rate_hz = link.clock.nominal_hz
    frequency = frequency_hz(taken.samples, rate_hz) if source is Source.TONE else None
    return SelfTest(source, taken.codec, samples, wrong, taken.lost_samples, frequency)


def frequency_hz(samples: NDArray[np.int16], sample_rate_hz: float) -> float:
    """Frequency of the strongest tone in int16 [n], n >= 64, by a parabola through the log spectrum's peak."""
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2 + 1e-9
    peak = int(np.argmax(power[1:-1])) + 1
    below, at, above = np.log(power[peak - 1 : peak + 2])
    bend = below - 2 * at + above
    shift = 0.0 if bend == 0 else 0.5 * (below - above) / bend
    return float((peak + shift) * sample_rate_hz / len(samples))
