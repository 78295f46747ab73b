"""Bar, waveform and spectrogram show what is there."""

from __future__ import annotations

import numpy as np

from kws_data.cli.terminal.meter import bar, spectrogram, waveform

RATE = 16_000


def sine(hz: float, height: float, seconds: float = 1.0) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    return (height * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)).astype(np.int16)


def test_bar_grows_with_the_level() -> None:
    assert bar(-60, 10) == " " * 10
    assert bar(0, 10) == "█" * 10
    assert bar(-30, 10) == "█████     "
    assert bar(-30, 10, peak_db=-6) == "█████    │"
    assert all(len(bar(db, 24, db + 3)) == 24 for db in range(-70, 5))


def test_waveform_has_sound_where_there_is_sound() -> None:
    clip = np.concatenate([np.zeros(8_000, np.int16), sine(300, 30_000, 0.5)])
    shown = waveform(clip, 20)
    assert shown[:10] == " " * 10
    assert set(shown[10:]) <= set("▇█")
    assert waveform(np.zeros(0, np.int16), 5) == " " * 5


def test_spectrogram_shows_the_band_and_the_time_of_a_tone() -> None:
    clip = np.concatenate([sine(3_000, 20_000, 0.5), sine(300, 20_000, 0.5)])
    lines = spectrogram(clip, RATE, 20, 8)
    assert len(lines) == 8 and all(len(line) == 20 for line in lines)
    loudest = ["█" in line for line in lines]
    assert any(loudest)
    high = next(i for i, line in enumerate(lines) if line[3] == "█")
    low = next(i for i, line in enumerate(lines) if line[16] == "█")
    assert high < low  # high frequencies stand above
    assert lines[low][3] != "█" and lines[high][16] != "█"
    assert spectrogram(np.zeros(16_000, np.int16), RATE, 9, 3) == [" " * 9] * 3
