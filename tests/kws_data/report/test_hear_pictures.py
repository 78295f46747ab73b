"""Pictures of sounds: a PNG that is one, a spectrogram with the tone where it is, lines that say what they show."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.image import imread

from kws_data.report.hear.card import sound_uri
from kws_data.report.hear.lines import ScoreLine, scores, waveform
from kws_data.report.hear.spectrogram import log_mel, palette_png
from kws_data.report.hear.timeline import clock

RATE_HZ = 16_000


def beep(hertz: float, start_s: float, end_s: float, seconds: float = 1.0) -> np.ndarray:
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.round(8_000 * np.sin(2 * np.pi * hertz * at) * ((at >= start_s) & (at < end_s))).astype(np.int16)


def test_a_png_has_the_colours_it_was_given() -> None:
    palette = bytes([0, 0, 0, 255, 0, 0, 0, 0, 255])
    pixels = np.array([[0, 1, 2], [2, 1, 0]], np.uint8)
    read = np.round(imread(io.BytesIO(palette_png(pixels, palette))) * 255)[..., :3]
    assert read.tolist() == [[[0, 0, 0], [255, 0, 0], [0, 0, 255]], [[0, 0, 255], [255, 0, 0], [0, 0, 0]]]


@pytest.mark.parametrize("hertz", [300.0, 1_000.0, 4_000.0])
def test_a_tone_is_where_it_sounds(hertz: float) -> None:
    seen = log_mel(beep(hertz, 0.4, 0.6), RATE_HZ, 0.01)
    assert seen.db.shape == (48, 100)
    band, column = np.unravel_index(seen.db.argmax(), seen.db.shape)
    assert abs(seen.centres_hz[band] / hertz - 1) < 0.12 and 39 <= column <= 61
    loud = np.flatnonzero(seen.db.max(axis=0) > seen.db.max() - 20)
    assert abs(loud[0] - 40) <= 2 and abs(loud[-1] - 60) <= 2
    assert "Spectrogram of 1.0 s: loud from 0.3" in seen.words() or "loud from 0.4" in seen.words()
    assert seen.png() == log_mel(beep(hertz, 0.4, 0.6), RATE_HZ, 0.01).png()


def test_silence_and_odd_lengths_have_pictures_too() -> None:
    for samples in (np.zeros(16_000, np.int16), np.ones(1, np.int16), beep(500, 0, 1, 0.37)):
        assert log_mel(samples, RATE_HZ, 0.01).png().startswith(b"\x89PNG")
        assert waveform(samples, RATE_HZ).startswith("<svg")


def test_lines_say_what_they_show() -> None:
    line = ScoreLine("<yes>", "said", [0.0, 0.5, 1.0], [0.1, 0.9, 0.2])
    drawn = scores([line], 0.7, 1.0, [0.5])
    assert "&lt;yes&gt; at most 0.900 at 0.50 s; threshold 0.700" in drawn and "M0 54L150 6 300 48" in drawn
    assert "peak -12 dB at 0.4" in waveform(beep(500, 0.4, 0.6), RATE_HZ)
    assert "threshold" not in scores([], 130.0, 1.0).partition("aria-label")[0]


def test_a_rate_that_mp3_does_not_have_is_wav() -> None:
    assert sound_uri(beep(500, 0, 1), 16_000).startswith("data:audio/mpeg;base64,")
    assert sound_uri(beep(500, 0, 1), 10_000).startswith("data:audio/wav;base64,")


def test_clock() -> None:
    assert [clock(at) for at in (0, 13.392, 60, 119.96, 3_601.5)] == ["0:00", "0:13.4", "1:00", "2:00", "60:01.5"]
