"""Samples in the browser: another rate, 16 bits, WAV, ZIP."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from javascript import in_node

from kws_data.audio import write_wav

FILES = ("sound.js",)
RATE_HZ = 16_000
WITHOUT_ENDS = slice(2_000, -2_000)


def as_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def tone(hz: float, rate_hz: int, seconds: float = 1.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate_hz)) / rate_hz)


def resampled(values: np.ndarray, from_hz: int, to_hz: int) -> np.ndarray:
    code = "answer(Array.from(resampled(Float32Array.from(given.x), given.from, given.to)));"
    return np.array(in_node(FILES, code, {"x": values.tolist(), "from": from_hz, "to": to_hz}))


@pytest.mark.parametrize("from_hz", [8_000, 22_050, 44_100, 48_000, 96_000])
def test_tones_below_half_the_rate_stay_and_those_above_go(from_hz: int) -> None:
    passes, stops = [100.0, 1_000.0, 3_500.0, 6_800.0], [8_400.0, 12_000.0, 20_000.0]
    for hz in [one for one in passes + stops if one < 0.49 * from_hz]:
        made = resampled(tone(hz, from_hz), from_hz, RATE_HZ)
        assert len(made) == RATE_HZ
        want = tone(hz, RATE_HZ) if hz in passes else np.zeros(RATE_HZ)
        error = np.sqrt(np.mean((made - want)[WITHOUT_ENDS] ** 2)) / np.sqrt(np.mean(tone(hz, RATE_HZ) ** 2))
        assert 20 * np.log10(error) < -80, hz


@pytest.mark.parametrize("from_hz", [16_000, 44_100, 48_000])
def test_pieces_make_what_the_whole_makes(from_hz: int) -> None:
    code = """
    const x = Float32Array.from(given.x);
    const way = new Resampler(given.rate, 16000);
    const parts = [];
    for (let at = 0, piece = 1; at < x.length; at += piece, piece = (piece * 5 + 3) % 701) {
      parts.push(way.push(x.subarray(at, at + piece)));
    }
    const whole = resampled(x, given.rate, 16000);
    answer([Array.from(joined(Float32Array, [...parts, way.end()])).slice(0, whole.length), Array.from(whole)]);
    """
    values = np.random.default_rng(1).normal(0, 0.1, 9_000)
    pieces, whole = in_node(FILES, code, {"x": values.tolist(), "rate": from_hz})
    assert pieces == whole and len(whole) == -(-9_000 * 16_000 // from_hz)


def test_16_bits_that_became_floats_become_what_they_were_and_louder_ones_the_loudest() -> None:
    code = "answer(Array.from(toInt16(Float32Array.from(given))));"
    every = np.arange(-32_768, 32_768)
    assert in_node(FILES, code, (every / 32_768).tolist()) == every.tolist()
    assert in_node(FILES, code, [1.0, 7.0, -1.0, -3.0]) == [32_767, 32_767, -32_768, -32_768]


READ = """
const bytes = Uint8Array.from(atob(given.file), (sign) => sign.charCodeAt(0));
readRecording(bytes.buffer, given.rate, async () => Float32Array.from([0.25])).then((x) => answer(Array.from(x)));
"""


def read(file: bytes, rate_hz: int = RATE_HZ) -> list[int]:
    return list(in_node(FILES, READ, {"file": as_base64(file), "rate": rate_hz}))


def test_a_wav_of_the_bundles_rate_comes_back_sample_for_sample(tmp_path: Path) -> None:
    samples = np.random.default_rng(2).integers(-32_768, 32_768, 3_001).astype(np.int16)
    write_wav(tmp_path / "a.wav", samples, RATE_HZ)
    plain = (tmp_path / "a.wav").read_bytes()
    assert read(plain) == samples.tolist()
    # another chunk before the samples, of odd length; and a file that ends before its header says
    extra = plain[:36] + b"LIST" + (3).to_bytes(4, "little") + b"abc\0" + plain[36:]
    assert read(extra) == samples.tolist()
    assert read(plain[:-100]) == samples.tolist()[:-50]
    # the extensible form
    memory = io.BytesIO()
    soundfile.write(memory, samples, RATE_HZ, format="WAVEX", subtype="PCM_16")
    assert read(memory.getvalue()) == samples.tolist()


def test_two_channels_are_averaged_and_other_rates_resampled() -> None:
    memory = io.BytesIO()
    left = np.full(8_000, 1_000, np.int16)
    soundfile.write(memory, np.stack([left, 3 * left], axis=1), 8_000, format="WAV", subtype="PCM_16")
    assert read(memory.getvalue(), 8_000) == [2_000] * 8_000
    twice = read(memory.getvalue(), 16_000)
    assert len(twice) == 16_000 and set(twice[1_000:-1_000]) == {2_000}


@pytest.mark.parametrize("subtype", ["FLOAT", "PCM_24", "PCM_U8"])
def test_wavs_of_other_samples_are_left_to_the_browser(subtype: str) -> None:
    memory = io.BytesIO()
    soundfile.write(memory, np.zeros(100), RATE_HZ, format="WAV", subtype=subtype)
    assert read(memory.getvalue()) == [8_192]  # what stands in for it
    assert read(b"OggS" + bytes(60)) == [8_192] and read(b"RIFF") == [8_192] and read(b"") == [8_192]


def test_a_zip_that_others_can_read_and_the_same_bytes_each_time() -> None:
    code = """
    const files = given.map(([name, text]) => [name, Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))]);
    answer(btoa(String.fromCharCode(...writeZip(files))));
    """
    rng = np.random.default_rng(3)
    files = {"metadata.csv": b"file,label\r\n", "größe/a_nohash_0.wav": rng.bytes(3_000), "leer": b""}
    given = [[name, as_base64(data)] for name, data in files.items()]
    data = base64.b64decode(in_node(FILES, code, given))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files
    assert base64.b64decode(in_node(FILES, code, given)) == data


def test_a_wav_that_others_can_read() -> None:
    samples = [0, 1, -1, 32_767, -32_768]
    code = "answer(Array.from(writeWav(Int16Array.from(given), 16000)));"
    read_back, rate_hz = soundfile.read(io.BytesIO(bytes(in_node(FILES, code, samples))), dtype="int16")
    assert read_back.tolist() == samples and rate_hz == RATE_HZ
