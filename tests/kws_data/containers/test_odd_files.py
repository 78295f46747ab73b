"""What becomes of each odd file that programs write: the samples it holds, or one line that says what is wrong."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_audio import RATE_HZ, Encoding, chunk, riff, wav, wav_format, wide

from kws_data.audio import read_audio
from kws_data.bench.damaged.audio_seeds import FRAMES, audio_seeds
from kws_data.errors import AudioError

TIME = np.arange(RATE_HZ) / RATE_HZ
TONE = 0.3 * np.sin(2 * np.pi * 440 * TIME) * np.hanning(RATE_HZ)
PCM = np.rint(TONE * 32_767).astype("<i2")
DATA = PCM.tobytes()
FORMAT = chunk(b"fmt ", wav_format(Encoding(16)))
GUID = bytes.fromhex("0100000000001000800000AA00389B71")
LIST = b"INFOICMT" + struct.pack("<I", 5) + b"hello"


def extensible(bits: int, valid: int) -> bytes:
    fields = (0xFFFE, 1, RATE_HZ, RATE_HZ * bits // 8, bits // 8, bits)
    return chunk(b"fmt ", struct.pack("<HHIIHH", *fields) + struct.pack("<HHI", 22, valid, 4) + GUID)


def integers(values: np.ndarray, width: int) -> bytes:
    return b"".join(int(value).to_bytes(4, "little", signed=True)[:width] for value in values)


def encoded(form: str, subtype: str, samples: np.ndarray = TONE) -> bytes:
    target = io.BytesIO()
    soundfile.write(target, samples, RATE_HZ, format=form, subtype=subtype)
    return target.getvalue()


def flac(total: int, md5: bytes | None = None) -> bytes:
    whole = encoded("FLAC", "PCM_16", PCM)
    return whole[:21] + bytes([whole[21] & 0xF0]) + struct.pack(">I", total) + (md5 or whole[26:42]) + whole[42:]


RIFX = b"RIFX" + struct.pack(">I", 36 + len(DATA)) + b"WAVE" + chunk(b"fmt ", wav_format(Encoding(16), order=">"), ">")
RIFX += chunk(b"data", PCM.astype(">i2").tobytes(), ">")
LOUD = np.rint(TONE * 32_767)

#: Name -> the file, and what its reason says; None where it is read sample for sample.
EXACT: dict[str, tuple[bytes, str | None]] = {
    "plain": (wav(DATA), None),
    "list before data": (riff(FORMAT + chunk(b"LIST", LIST + b"\0") + chunk(b"data", DATA)), None),
    "odd list padded": (riff(FORMAT + chunk(b"LIST", LIST) + chunk(b"data", DATA)), None),
    "odd list without pad": (riff(FORMAT + chunk(b"LIST", LIST, pad=False) + chunk(b"data", DATA)), None),
    "ffmpeg to a pipe": (wav(DATA, size=0xFFFFFFFF, riff_size=0xFFFFFFFF), None),
    "largest signed": (wav(DATA, size=0x7FFFFFFF, riff_size=0x7FFFFFFF), None),
    "sox to a pipe": (wav(DATA, size=0x7FFFF000, riff_size=0x7FFFF024), None),
    "arecord to a pipe": (wav(DATA, size=0x80000000, riff_size=0x80000024), None),
    "less a header": (wav(DATA, size=0xFFFFFFDB, riff_size=0xFFFFFFFF), None),
    "fffff000": (wav(DATA, size=0xFFFFF000, riff_size=0xFFFFF024), None),
    "7fffffda": (wav(DATA, size=0x7FFFFFDA, riff_size=0x7FFFFFFE), None),
    "size 0": (wav(DATA, size=0, riff_size=0), None),
    "size 0 of 36": (wav(DATA, size=0, riff_size=36), None),
    "silence of size 0": (wav(bytes(len(DATA)), size=0, riff_size=0), "silence"),
    "riff size 44 too many": (wav(DATA, riff_size=44 + len(DATA)), None),
    "riff size 0": (wav(DATA, riff_size=0), None),
    "riff size small": (wav(DATA, riff_size=100), None),
    "size in samples": (wav(DATA, size=len(DATA) // 2), "16000 bytes more"),
    "size twice": (wav(DATA, size=len(DATA) * 2), "64000 bytes of audio announced, 32000 there"),
    "size 44 more": (wav(DATA, size=len(DATA) + 44), "32044 bytes of audio announced, 32000 there"),
    "size 8 more": (wav(DATA, size=len(DATA) + 8), "32008 bytes of audio announced, 32000 there"),
    "last byte cut": (wav(DATA)[:-1], "32000 bytes of audio announced, 31999 there"),
    "a byte more": (wav(DATA + b"\1"), None),
    "id3 chunk behind": (riff(FORMAT + chunk(b"data", DATA) + chunk(b"id3 ", b"ID3" + bytes(21))), None),
    "id3 tags around": (b"ID3\3\0\0\0\0\0\x0a" + bytes(10) + wav(DATA) + b"TAG" + bytes(125), None),
    "junk behind": (wav(DATA) + b"\x55" * 3_001, None),
    "list behind cut off": (riff(FORMAT + chunk(b"data", DATA) + chunk(b"LIST", LIST, size=99)), None),
    "two data chunks": (riff(FORMAT + chunk(b"data", DATA) + chunk(b"data", DATA)), "in several pieces"),
    "two files": (wav(DATA) + wav(DATA), "second file behind"),
    "header never finished": (wav(DATA, size=4_096, riff_size=36 + 4_096), "27904 bytes more"),
    "extensible": (riff(extensible(16, 16) + chunk(b"data", DATA)), None),
    "24 bits in 32": (riff(extensible(32, 24) + chunk(b"data", (PCM.astype("<i4") << 16).tobytes())), None),
    "20 bits in 24": (riff(extensible(24, 20) + chunk(b"data", integers(PCM.astype(int) << 8, 3))), None),
    "24 bits": (wav(integers(PCM.astype(int) << 8, 3), Encoding(24)), None),
    "32 bits": (wav((PCM.astype("<i4") << 16).tobytes(), Encoding(32)), None),
    "float": (wav((PCM / 32_768).astype("<f4").tobytes(), Encoding(32, "float")), None),
    "float of 16-bit size": (wav(LOUD.astype("<f4").tobytes(), Encoding(32, "float")), "divide them by 32768"),
    "double of 16-bit size": (wav(LOUD.astype("<f8").tobytes(), Encoding(64, "float")), "divide them by 32768"),
    "32 bits of 16-bit size": (wav(PCM.astype("<i4").tobytes(), Encoding(32)), "multiply them by 65536"),
    "16-bit float": (wav(TONE.astype("<f2").tobytes(), Encoding(16, "float")), "WAV of 16-bit float"),
    "rf64": (wide(b"RF64", DATA), None),
    "bw64": (wide(b"BW64", DATA), None),
    "rf64 cut": (wide(b"RF64", DATA)[:-24_000], "32000 bytes of audio announced, 8000 there"),
    "rifx": (RIFX, None),
    "rifx cut": (RIFX[:-24_000], "32000 bytes of audio announced, 8000 there"),
    "flac": (flac(RATE_HZ), None),
    "flac of unknown length": (flac(0), None),
    "flac of unknown length without md5": (flac(0, bytes(16)), None),
    "flac of unknown length with tag": (flac(0) + b"TAG" + bytes(125), None),
    "flac of too small a length": (flac(9_000), None),
    "flac of too large a length": (flac(2 * RATE_HZ), "32000 samples announced, 16000 there"),
    "flac behind an id3 tag": (b"ID3\3\0\0\0\0\0\x0a" + bytes(10) + flac(RATE_HZ), None),
    "flac with a wrong md5": (flac(RATE_HZ, b"\x55" * 16), None),
    "flac cut": (flac(RATE_HZ)[: len(flac(RATE_HZ)) // 2], "truncated or damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXACT)
def test_odd_files_are_read_whole_or_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    content, reason = EXACT[name]
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    if reason in (None, "silence"):
        assert np.array_equal(read_audio(path), PCM if reason is None else np.zeros(RATE_HZ, np.int16))
        return
    with pytest.raises(AudioError) as caught:
        read_audio(path)
    assert reason in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("form", "subtype", "length", "error"),
    [
        ("WAV", "ALAW", 16_000, 500), ("WAV", "ULAW", 16_000, 500), ("WAV", "IMA_ADPCM", 16_272, 700),
        ("WAV", "MS_ADPCM", 16_192, 700), ("WAV", "GSM610", 16_000, 6_000), ("W64", "PCM_16", 16_000, 2),
        ("AIFF", "PCM_16", 16_000, 2), ("AIFF", "ALAW", 16_000, 500), ("AU", "PCM_16", 16_000, 2),
        ("CAF", "PCM_16", 16_000, 2), ("CAF", "ALAC_16", 16_000, 2), ("NIST", "PCM_16", 16_000, 2),
        ("OGG", "VORBIS", 16_000, 3_000), ("OGG", "OPUS", 16_000, 3_000), ("MP3", "MPEG_LAYER_III", 16_000, 3_000),
        ("MAT5", "PCM_16", 16_000, 2),
    ],
)  # fmt: skip
def test_encodings_are_read_under_any_name(form: str, subtype: str, length: int, error: int, tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(encoded(form, subtype))
    samples = read_audio(path)
    assert len(samples) == length
    assert np.abs(samples[:16_000] - TONE * 32_768).max() < error


def test_float_a_little_above_full_scale_is_clipped(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(wav((TONE * 12).astype("<f4").tobytes(), Encoding(32, "float")))
    expected = np.clip(np.rint((TONE * 12).astype("<f4").astype(float) * 32_768), -32_768, 32_767)
    assert np.array_equal(read_audio(path), expected)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 15_999, 44_100, 768_000])
def test_rates_of_audio_are_read(rate_hz: int, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", np.resize(PCM, rate_hz), rate_hz)
    assert abs(len(read_audio(tmp_path / "x.wav")) - RATE_HZ) <= 1


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([TONE, 0 * TONE], TONE / 2), ([0 * TONE, TONE], TONE / 2), ([TONE, -TONE], 0 * TONE),
        ([TONE] * 32, TONE), ([TONE[100:101]], TONE[100:101]), ([np.sign(TONE)], np.sign(TONE) * 32_767 / 32_768),
    ],
)  # fmt: skip
def test_channels_are_averaged(columns: list[np.ndarray], expected: np.ndarray, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", np.stack(columns, 1), RATE_HZ, subtype="PCM_16")
    assert np.abs(read_audio(tmp_path / "x.wav") - expected * 32_768).max() <= 1


def test_a_rate_that_is_none_of_audio_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", PCM[:384], 384)
    with pytest.raises(AudioError, match="384 Hz"):
        read_audio(tmp_path / "x.wav")


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_unknown_length_of_the_audio_does_not_hide_the_known_one_of_the_file(order: str, tmp_path: Path) -> None:
    audio = bytes(64) * 100
    head = (b"RIFX" if order == ">" else b"RIFF") + struct.pack(f"{order}I", 36 + len(audio)) + b"WAVEfmt "
    form = struct.pack(f"{order}IHHIIHH", 16, 1, 1, 16_000, 32_000, 2, 16)
    path = tmp_path / "a.wav"
    path.write_bytes(head + form + b"data" + struct.pack(f"{order}I", 0xFFFFFFFF) + audio)
    assert len(read_audio(path)) == len(audio) // 2
    path.write_bytes(path.read_bytes()[:-1_000])
    with pytest.raises(AudioError, match=f"truncated.*{44 + len(audio)} bytes announced"):
        read_audio(path)


def test_a_packet_that_cannot_be_decoded_is_told_where_their_table_says_how_many_samples_there_are(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.caf"
    packet = next(seed.data for seed in audio_seeds() if seed.name == "CAF-ALAC_16-1.caf")
    path.write_bytes(packet)
    assert len(read_audio(path)) >= FRAMES
    path.write_bytes(packet[:150] + b"\0\xf0" + packet[152:])  # met by kws bench damaged
    with pytest.raises(AudioError, match=f"truncated.*{FRAMES} samples announced, 2304 there"):
        read_audio(path)


def test_a_count_of_samples_that_is_no_number_is_no_promise_of_none(tmp_path: Path) -> None:
    path = tmp_path / "a.sph"
    soundfile.write(path, np.zeros(2_400, np.int16), 8_000, format="NIST", subtype="PCM_16")
    path.write_bytes(path.read_bytes().replace(b"sample_count -i", b"sample_count \0\3"))
    with pytest.raises(AudioError, match="sample_count is no number"):
        read_audio(path)
