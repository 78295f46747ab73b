"""Small audio files of many kinds, made in memory: what the bench damages. The same bytes in every process."""

from __future__ import annotations

import io
import struct
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kws_data.bench.damaged.case import Seed

#: Container of libsndfile -> end of the name, and the subtypes that are made.
FORMATS: dict[str, tuple[str, tuple[str, ...]]] = {
    "WAV": (".wav", ("PCM_16", "PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW", "IMA_ADPCM", "GSM610")),
    "WAVEX": (".wav", ("PCM_16", "PCM_24", "FLOAT")),
    "RF64": (".wav", ("PCM_16", "PCM_24", "FLOAT")),
    "W64": (".w64", ("PCM_16", "FLOAT")),
    "AIFF": (".aiff", ("PCM_16", "PCM_24", "FLOAT", "ULAW")),
    "AU": (".au", ("PCM_16", "PCM_24", "FLOAT", "ULAW")),
    "CAF": (".caf", ("PCM_16", "PCM_24", "FLOAT", "ALAC_16")),
    "FLAC": (".flac", ("PCM_S8", "PCM_16", "PCM_24")),
    "OGG": (".ogg", ("VORBIS", "OPUS")),
    "MP3": (".mp3", ("MPEG_LAYER_III",)),
    "NIST": (".sph", ("PCM_16", "ULAW")),
}
FRAMES = 2_400
RATES_HZ = (16_000, 8_000, 48_000)


@cache
def audio_seeds() -> tuple[Seed, ...]:
    """Every format once mono, and WAV, AIFF, FLAC with two channels; three more by hand."""
    made = []
    for number, (form, (suffix, subtypes)) in enumerate(FORMATS.items()):
        for subtype in subtypes:
            rate = RATES_HZ[number % 3] if form not in ("OGG", "MP3") else 16_000
            made.append(_encoded(form, subtype, suffix, rate, 1))
    made += [_encoded(form, "PCM_16", FORMATS[form][0], 16_000, 2) for form in ("WAV", "AIFF", "FLAC")]
    by_name = {seed.name: seed.data for seed in made}
    by_hand = (_rifx(), _with_other_chunks(by_name["WAV-PCM_16-1.wav"]), _piped(by_name["MP3-MPEG_LAYER_III-1.mp3"]))
    return (*made, *by_hand)


def _sound(channels: int) -> NDArray[np.int16]:
    """A tone that swells, with some noise: int16 ``[frames, channels]``."""
    time = np.arange(FRAMES * channels).reshape(FRAMES, channels)
    noise = np.random.default_rng(0).normal(0, 300, (FRAMES, channels))
    return np.asarray(9_000 * np.sin(time * 0.11) * np.sin(time * 0.0013) + noise, np.float64).astype(np.int16)


def _encoded(form: str, subtype: str, suffix: str, rate_hz: int, channels: int) -> Seed:
    import soundfile

    file = io.BytesIO()
    sound = _sound(channels)
    values = sound / 32_768 if subtype in ("FLOAT", "DOUBLE") else sound
    soundfile.write(file, values, rate_hz, format=form, subtype=subtype)
    return Seed(f"{form}-{subtype}-{channels}{suffix}", _without_time(file.getvalue()), FRAMES)


def _without_time(data: bytes) -> bytes:
    """libsndfile notes the time in PEAK chunks and draws the serial numbers of Ogg streams: both become 0."""
    fixed = bytearray(data)
    at = data.find(b"PEAK", 0, 256)
    if at >= 0:
        fixed[at + 12 : at + 16] = bytes(4)
    return bytes(_ogg_pages_numbered(fixed) if data[:4] == b"OggS" else fixed)


def _ogg_pages_numbered(data: bytearray) -> bytearray:
    """Every page with serial number 0 and its checksum made anew (RFC 3533, section 6)."""
    at = 0
    while data[at : at + 4] == b"OggS":
        lacing = data[at + 27 : at + 27 + data[at + 26]]
        end = at + 27 + len(lacing) + sum(lacing)
        data[at + 14 : at + 18] = data[at + 22 : at + 26] = bytes(4)
        data[at + 22 : at + 26] = _ogg_checksum(data[at:end]).to_bytes(4, "little")
        at = end
    return data


@cache
def _checksum_table() -> tuple[int, ...]:
    def entry(value: int) -> int:
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        return value & 0xFFFFFFFF

    return tuple(entry(number << 24) for number in range(256))


def _ogg_checksum(page: bytearray) -> int:
    value = 0
    for byte in page:
        value = ((value << 8) & 0xFFFFFFFF) ^ _checksum_table()[(value >> 24) ^ byte]
    return value


def _rifx() -> Seed:
    """A WAV in the other byte order."""
    sound = _sound(1)[:, 0].astype(">i2").tobytes()
    form = struct.pack(">4sIHHIIHH", b"fmt ", 16, 1, 1, 16_000, 32_000, 2, 16)
    body = b"WAVE" + form + struct.pack(">4sI", b"data", len(sound)) + sound
    return Seed("RIFX-PCM_16-1.wav", struct.pack(">4sI", b"RIFX", len(body)) + body, FRAMES)


def _with_other_chunks(wav: bytes) -> Seed:
    """A WAV as editors write it: text before the sound, cue points after it, an odd size."""
    head, rest = wav[12:36], wav[36:]
    text = b"LIST" + struct.pack("<I", 15) + b"INFOISFT\x03\0\0\0kws\0"
    cue = b"cue " + struct.pack("<II", 4, 0)
    body = b"WAVE" + head + text + rest + cue
    return Seed("chunks-PCM_16-1.wav", b"RIFF" + struct.pack("<I", len(body)) + body, FRAMES)


def _piped(mp3: bytes) -> Seed:
    """An MP3 without the first frame, which tells the length: as encoders write to a pipe."""
    return Seed("piped-MPEG_LAYER_III-1.mp3", mp3[mp3.index(mp3[:2], 4) :], FRAMES)
