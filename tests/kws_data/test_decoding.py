"""Decoding ends: at the end of the file, after an hour, or at what is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from kws_data import decoding
from kws_data.audio import read_audio
from kws_data.decoding import MAX_SECONDS, duration_s, read_mono
from kws_data.errors import AudioError

SLOW_HZ = 1_000


def flac_of_unknown_length(path: Path, samples: int) -> Path:
    soundfile.write(path, np.zeros(samples, np.int16), SLOW_HZ, format="FLAC")
    whole = bytearray(path.read_bytes())
    whole[21] &= 0xF0
    whole[22:26] = bytes(4)
    path.write_bytes(whole)
    return path


def test_an_unknown_length_is_counted_up_to_an_hour(tmp_path: Path) -> None:
    assert duration_s(flac_of_unknown_length(tmp_path / "a.flac", 7_300)) == 7.3
    assert duration_s(flac_of_unknown_length(tmp_path / "b.flac", MAX_SECONDS * SLOW_HZ)) == MAX_SECONDS
    longer = flac_of_unknown_length(tmp_path / "c.flac", MAX_SECONDS * SLOW_HZ + 1)
    for read in (duration_s, read_audio):
        with pytest.raises(AudioError, match="longer than an hour"):
            read(longer)


def test_a_known_length_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(2_000, np.int16), SLOW_HZ)
    soundfile.write(tmp_path / "b.wav", np.zeros(MAX_SECONDS * SLOW_HZ + 1, np.int16), SLOW_HZ, subtype="PCM_U8")
    monkeypatch.setattr(decoding, "_blocks", None)
    assert duration_s(tmp_path / "a.wav") == 2.0
    with pytest.raises(AudioError, match="longer than an hour"):
        duration_s(tmp_path / "b.wav")


def test_many_blocks_are_one_recording(tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(-9_000, 9_000, (50_001, 2)).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", values, 16_000)
    soundfile.write(tmp_path / "a.flac", values[:, 0], 16_000)
    data, rate_hz = read_mono(tmp_path / "a.wav")
    assert rate_hz == 16_000 and np.array_equal(data, values.mean(axis=1) / 32_768)
    assert np.array_equal(read_mono(tmp_path / "a.flac")[0], values[:, 0])


def test_damage_says_how_far_the_audio_was_good(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(-9_000, 9_000, 200_000).astype(np.int16)
    soundfile.write(tmp_path / "a.flac", noise, 16_000)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "a.flac").write_bytes(content)
    with pytest.raises(AudioError, match=r"behind (8|9)\d{4} samples: copy it again"):
        read_audio(tmp_path / "a.flac")


def test_a_wav_named_raw_is_read(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.arange(900, dtype=np.int16), 16_000)
    (tmp_path / "a.wav").rename(tmp_path / "a.raw")
    assert len(read_audio(tmp_path / "a.raw")) == 900
