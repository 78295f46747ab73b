"""Pitch and rate of a network's voice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from kws_data.errors import DataError
from kws_data.sources.synth.espeak import SynthVoice
from kws_data.sources.synth.neural.throat import said_by


class Tone:
    """A network that hums 200 Hz for half a second at its own speed, and an empty or broken sound for some texts."""

    name, licence, rate_hz = "tone", "MIT", 24_000
    accents: Sequence[str] = ("en",)
    voices: Sequence[str] = ("tone",)

    def speak(self, voice: SynthVoice, text: str, speed: float, rng: np.random.Generator) -> NDArray[np.float32]:
        time = np.arange(0 if text == "nothing" else round(self.rate_hz / 2 / speed)) / self.rate_hz
        samples = (0.5 * np.sin(2 * np.pi * 200 * time)).astype(np.float32)
        return samples * np.float32("nan") if text == "broken" else samples


def hum(pitch: int = 50, rate: int = 160) -> tuple[float, float, int]:
    """Seconds, Hz and peak of what the tone says."""
    said = said_by(Tone(), SynthVoice("en", "tone", pitch, rate), "go", np.random.default_rng(0))
    spectrum = np.abs(np.fft.rfft(said * np.hanning(len(said)), 1 << 17))
    return len(said) / 16_000, float(np.argmax(spectrum)) * 16_000 / (1 << 17), int(np.abs(said).max())


@pytest.mark.parametrize(
    ("pitch", "rate", "seconds", "hz"),
    [
        (50, 160, 0.5, 200),
        (50, 320, 0.25, 200),
        (50, 80, 1.0, 200),
        (98, 160, 0.5, 200 * 2 ** (48 / 150)),
        (5, 160, 0.5, 200 * 2 ** (-45 / 150)),
        (95, 100, 0.8, 200 * 2 ** (45 / 150)),
    ],
)
def test_pitch_changes_no_length_and_rate_no_pitch(pitch: int, rate: int, seconds: float, hz: float) -> None:
    lasts, heard, peak = hum(pitch, rate)
    assert lasts == pytest.approx(seconds, abs=0.001)
    assert heard == pytest.approx(hz, abs=1.0)
    assert peak == pytest.approx(16_384, rel=0.02)


@pytest.mark.parametrize("text", ["nothing", "broken"])
def test_what_is_no_sound_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="tone says nothing, or what is no sound"):
        said_by(Tone(), SynthVoice("en", "tone"), text, np.random.default_rng(0))
