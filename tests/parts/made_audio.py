"""Audio files byte by byte: headers that are right, and headers that lie; and a plain decoder of what they hold."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.containers.mpeg import frame_at

RATE_HZ = 16_000
W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")


@dataclass(frozen=True)
class Encoding:
    """How a sample is written.

    Attributes:
        bits: of one sample.
        kind: ``pcm``, ``float``, ``alaw`` or ``ulaw``.
    """

    bits: int
    kind: str = "pcm"

    @property
    def wav_tag(self) -> int:
        return {"pcm": 1, "float": 3, "alaw": 6, "ulaw": 7}[self.kind]


def decode(data: bytes, encoding: Encoding, order: str, signed_bytes: bool = False) -> NDArray[np.float64]:
    """Values of samples, 1 for full scale; ``signed_bytes`` is how all but WAV write 8 bits."""
    if encoding.kind == "float":
        return np.frombuffer(data, f"{order}f{encoding.bits // 8}").astype(np.float64)
    if encoding.kind != "pcm":
        return np.array([(_alaw if encoding.kind == "alaw" else _ulaw)(byte) for byte in data]) / 32_768
    if encoding.bits == 8:
        return np.frombuffer(data, "i1") / 128 if signed_bytes else (np.frombuffer(data, "u1") - 128.0) / 128
    width = encoding.bits // 8
    name = "little" if order == "<" else "big"
    values = [int.from_bytes(data[at : at + width], name, signed=True) for at in range(0, len(data), width)]
    return np.array(values, np.float64) / float(1 << (encoding.bits - 1))


def _alaw(byte: int) -> int:
    """ITU-T G.711, table 1."""
    byte ^= 0x55
    exponent, mantissa = byte >> 4 & 7, byte & 15
    size = (mantissa << 4) + 8 if not exponent else ((mantissa << 4) + 0x108) << (exponent - 1)
    return size if byte & 0x80 else -size


def _ulaw(byte: int) -> int:
    """ITU-T G.711, table 2."""
    byte ^= 0xFF
    size = (((byte & 15) << 3) + 0x84 << (byte >> 4 & 7)) - 0x84
    return -size if byte & 0x80 else size


def to_int16(values: NDArray[np.float64], channels: int) -> NDArray[np.int16]:
    """What kws has to make of values: channels averaged, 16 bits."""
    mono = values.reshape(-1, channels).mean(axis=1)
    return np.clip(np.rint(mono * 32_768), -32_768, 32_767).astype(np.int16)


def chunk(name: bytes, content: bytes, order: str = "<", size: int | None = None, pad: bool = True) -> bytes:
    """A chunk whose size may lie."""
    odd = bytes(len(content) & 1) if pad else b""
    return name + struct.pack(f"{order}I", len(content) if size is None else size) + content + odd


def wav_format(encoding: Encoding, channels: int = 1, rate_hz: int = RATE_HZ, order: str = "<") -> bytes:
    block = channels * encoding.bits // 8
    fields = (encoding.wav_tag, channels, rate_hz, rate_hz * block, block, encoding.bits)
    return struct.pack(f"{order}HHIIHH", *fields)


def riff(body: bytes, size: int | None = None, magic: bytes = b"RIFF") -> bytes:
    """A WAV of chunks; its size may lie."""
    order = ">" if magic == b"RIFX" else "<"
    return magic + struct.pack(f"{order}I", 4 + len(body) if size is None else size) + b"WAVE" + body


def wav(data: bytes, encoding: Encoding = Encoding(16), size: int | None = None, riff_size: int | None = None) -> bytes:
    """A plain mono WAV whose sizes may lie."""
    return riff(chunk(b"fmt ", wav_format(encoding)) + chunk(b"data", data, size=size), riff_size)


def wide(magic: bytes, data: bytes, announced: int | None = None) -> bytes:
    """A mono 16-bit RF64 or BW64, with its size in a chunk of its own."""
    size = len(data) if announced is None else announced
    ds64 = struct.pack("<QQQI", 72 + len(data), size, size // 2, 0)
    body = chunk(b"ds64", ds64) + chunk(b"fmt ", wav_format(Encoding(16))) + chunk(b"data", data, size=0xFFFFFFFF)
    return riff(body, 0xFFFFFFFF, magic)


def w64(data: bytes, encoding: Encoding, channels: int = 1, size: int | None = None) -> bytes:
    def part(name: bytes, content: bytes, announced: int | None = None) -> bytes:
        head = name + W64_TAIL + struct.pack("<Q", 24 + len(content) if announced is None else announced)
        return head + content + bytes(-len(content) % 8)

    body = part(b"fmt ", wav_format(encoding, channels)) + part(b"data", data, None if size is None else 24 + size)
    head = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000") + struct.pack("<Q", 40 + len(body))
    return head + b"wave" + W64_TAIL + body


def aiff(
    data: bytes, encoding: Encoding, channels: int = 1, size: int | None = None, frames: int | None = None
) -> bytes:
    """An AIFF (PCM) or AIFF-C (else)."""
    count = len(data) // (channels * encoding.bits // 8) if frames is None else frames
    exponent = RATE_HZ.bit_length() - 1
    rate = struct.pack(">HQ", 16_383 + exponent, RATE_HZ << (63 - exponent))
    names = {("float", 32): b"fl32", ("float", 64): b"fl64", ("alaw", 8): b"alaw", ("ulaw", 8): b"ulaw"}
    name = names.get((encoding.kind, encoding.bits), b"")
    bits = 16 if encoding.kind in ("alaw", "ulaw") else encoding.bits
    comm = struct.pack(">HIH", channels, count, bits) + rate + (name + b"\0\0" if name else b"")
    announced = None if size is None else 8 + size
    body = chunk(b"COMM", comm, ">") + chunk(b"SSND", bytes(8) + data, ">", announced)
    return b"FORM" + struct.pack(">I", 4 + len(body)) + (b"AIFC" if name else b"AIFF") + body


def au(data: bytes, encoding: Encoding, channels: int = 1, size: int | None = None) -> bytes:
    number = {
        ("ulaw", 8): 1, ("pcm", 8): 2, ("pcm", 16): 3, ("pcm", 24): 4, ("pcm", 32): 5,
        ("float", 32): 6, ("float", 64): 7, ("alaw", 8): 27,
    }[encoding.kind, encoding.bits]  # fmt: skip
    announced = len(data) if size is None else size
    return struct.pack(">4s5I", b".snd", 28, announced, number, RATE_HZ, channels) + bytes(4) + data


def caf(data: bytes, encoding: Encoding, channels: int = 1, size: int | None = None) -> bytes:
    """A big-endian CAF; -1 says that the size is not known."""
    name = {"pcm": b"lpcm", "float": b"lpcm", "alaw": b"alaw", "ulaw": b"ulaw"}[encoding.kind]
    block = channels * encoding.bits // 8
    desc = struct.pack(">d4s5I", RATE_HZ, name, int(encoding.kind == "float"), block, 1, channels, encoding.bits)
    announced = 4 + len(data) if size is None else -1 if size < 0 else 4 + size
    head = b"caff\0\1\0\0" + b"desc" + struct.pack(">q", len(desc)) + desc
    return head + b"data" + struct.pack(">q", announced) + bytes(4) + data


def nist(data: bytes, encoding: Encoding, channels: int = 1, size: int | None = None) -> bytes:
    """A big-endian SPHERE file of 16-bit PCM."""
    width = encoding.bits // 8
    count = (len(data) if size is None else size) // (width * channels)
    lines = f"channel_count -i {channels}\nsample_rate -i {RATE_HZ}\nsample_n_bytes -i {width}\n"
    lines += f"sample_byte_format -s2 10\nsample_sig_bits -i {encoding.bits}\nsample_coding -s3 pcm\n"
    return f"NIST_1A\n   1024\n{lines}sample_count -i {count}\nend_head\n".encode().ljust(1_024) + data


def mp3_frames(data: bytes) -> list[bytes]:
    """Frames of an MP3 without tags; LAME's first tells how many follow, and a pipe's MP3 has none such."""
    frames = []
    while frame := frame_at(data):
        frames.append(data[: frame.size])
        data = data[frame.size :]
    return frames
