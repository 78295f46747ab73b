from pathlib import Path

import numpy as np
import pytest
import soundfile

from kws_data.audio import fit_length, read_audio, write_flac, write_wav
from kws_data.errors import AudioError

RAMP = np.arange(-8_000, 8_000, dtype=np.int16)


def test_flac_and_wav_come_back_sample_for_sample(tmp_path: Path) -> None:
    write_flac(tmp_path / "a.flac", RAMP, 16_000)
    write_wav(tmp_path / "a.wav", RAMP, 16_000)
    assert np.array_equal(read_audio(tmp_path / "a.flac"), RAMP)
    assert np.array_equal(read_audio(tmp_path / "a.wav"), RAMP)


def test_stereo_at_44_khz_becomes_mono_at_16_khz(tmp_path: Path) -> None:
    time = np.arange(44_100) / 44_100
    left, right = 0.4 * np.sin(2 * np.pi * 440 * time), 0.2 * np.sin(2 * np.pi * 440 * time)
    soundfile.write(tmp_path / "s.wav", np.stack([left, right], 1), 44_100, subtype="PCM_24")
    samples = read_audio(tmp_path / "s.wav")
    expected = 0.3 * 32_768 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    assert len(samples) == 16_000
    assert np.abs(samples[400:-400] - expected[400:-400]).max() < 40


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_truncated_file_is_refused(tmp_path: Path, suffix: str) -> None:
    rng = np.random.default_rng(0)
    whole = tmp_path / f"whole{suffix}"
    soundfile.write(whole, rng.integers(-9_000, 9_000, 16_000).astype(np.int16), 16_000)
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(AudioError, match="cut"):
        read_audio(cut)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "is empty"), (b"this is not audio at all, only text\n" * 40, "no audio"), (b"RIFF", "no audio")],
)
def test_what_is_no_audio_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError, match=message) as caught:
        read_audio(path)
    assert "x.wav" in str(caught.value) and "\n" not in str(caught.value)


def test_missing_silent_headers_and_not_a_number(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="not found"):
        read_audio(tmp_path / "none.wav")
    soundfile.write(tmp_path / "zero.wav", np.zeros(0, np.int16), 16_000)
    with pytest.raises(AudioError, match="no samples"):
        read_audio(tmp_path / "zero.wav")
    soundfile.write(tmp_path / "nan.wav", np.array([0.0, np.nan, 0.1], np.float32), 16_000, subtype="FLOAT")
    with pytest.raises(AudioError, match="no numbers"):
        read_audio(tmp_path / "nan.wav")


def test_too_long_keeps_the_word_whole() -> None:
    samples = np.zeros(40_000, np.int16)
    samples[30_000:36_000] = 1_000
    kept = fit_length(samples, 16_000)
    assert len(kept) == 16_000
    assert np.count_nonzero(kept) == 6_000
    middle = np.flatnonzero(kept).mean()
    assert abs(middle - 8_000) < 1_020  # as near to the middle as the end of the recording allows


def test_too_short_is_padded_around_its_energy() -> None:
    samples = np.zeros(8_000, np.int16)
    samples[:2_000] = 500
    padded = fit_length(samples, 16_000)
    assert abs(np.flatnonzero(padded).mean() - 8_000) < 2
    assert padded.astype(int).sum() == samples.astype(int).sum()
    assert np.array_equal(fit_length(RAMP, len(RAMP)), RAMP)


def test_padding_never_loses_samples() -> None:
    for place in (0, 5_000, 11_999):
        samples = np.ones(12_000, np.int16)
        samples[place] = 30_000
        assert np.count_nonzero(fit_length(samples, 16_000)) == 12_000
