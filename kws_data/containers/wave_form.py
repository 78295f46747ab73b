"""The description of samples that WAV and W64 share (WAVEFORMATEX): what it says, and a WAV header around it."""

from __future__ import annotations

import struct

from kws_data.containers.promise import HeaderError, Piece

MPEG = (0x50, 0x55)
_EXTENSIBLE = 0xFFFE
_NAMES = {
    0x01: "PCM",
    0x02: "MS ADPCM",
    0x03: "float",
    0x06: "A-law",
    0x07: "mu-law",
    0x0A: "WMA voice",
    0x11: "IMA ADPCM",
    0x22: "TrueSpeech",
    0x31: "GSM 6.10",
    0x42: "G.723.1",
    0x45: "G.726",
    0x50: "MPEG",
    0x55: "MP3",
    0x64: "G.726",
    0x75: "MetaVoice",
    0x83: "G.729",
    0xFF: "AAC",
    0x160: "WMA",
    0x161: "WMA",
    0x162: "WMA Pro",
    0x163: "WMA lossless",
    0x2000: "AC-3",
    0x674F: "Ogg Vorbis",
    0x706D: "AAC",
    0xF1AC: "FLAC",
}


def tag_of(form: bytes, order: str = "<") -> int:
    """Number of the encoding, also where the description is the extensible one; 0 when it is cut off."""
    if len(form) < 16:
        return 0
    tag = int(struct.unpack_from(f"{order}H", form)[0])
    return int(struct.unpack_from(f"{order}H", form, 24)[0]) if tag == _EXTENSIBLE and len(form) >= 26 else tag


def in_words(form: bytes, order: str = "<") -> str:
    """What the samples are, such as "16-bit float"; empty when the description is cut off."""
    if len(form) < 16:
        return ""
    tag, bits = tag_of(form, order), int(struct.unpack_from(f"{order}H", form, 14)[0])
    name = _NAMES.get(tag, f"encoding 0x{tag:04x}")
    return f"{bits}-bit {name}" if bits else name


def wav_of(form: bytes, fact: bytes, audio: tuple[int, int], order: str = "<") -> tuple[Piece, ...]:
    """A plain WAV file around a stretch of audio.

    Args:
        form: content of ``fmt ``.
        fact: content of ``fact``, which encodings of several bits a sample need; empty for none.
        audio: start and end of the samples.
        order: of the bytes; ``>`` makes RIFX.

    Raises:
        HeaderError: more than such a file can hold.
    """

    def chunk(name: bytes, content: bytes) -> bytes:
        return name + struct.pack(f"{order}I", len(content)) + content + bytes(len(content) & 1)

    length = audio[1] - audio[0]
    if length > 0xFFFF_0000:
        raise HeaderError("audio file is too large", f"{length} bytes of audio: cut it up")
    chunks = chunk(b"fmt ", form) + (chunk(b"fact", fact) if fact else b"")
    size = struct.pack(f"{order}I", 4 + len(chunks) + 8 + length)
    magic = b"RIFX" if order == ">" else b"RIFF"
    return (magic + size + b"WAVE" + chunks + b"data" + struct.pack(f"{order}I", length), audio)
