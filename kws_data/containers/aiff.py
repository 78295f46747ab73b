"""AIFF and AIFF-C: big-endian chunks; COMM says how many samples, SSND holds them.

Apple, "Audio Interchange File Format AIFF-C", draft of 1991.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from kws_data.containers.chunks import Chunk, refuse_more_audio, walk
from kws_data.containers.promise import HeaderError, Promise, is_unknown, refuse_truncated

MAGIC = b"FORM"
_UNKNOWN_FRAMES = 0x7F00_0000  # what SoX counts when it cannot seek back
#: Encodings whose samples have the size that COMM says.
_PLAIN = frozenset(b"NONE twos sowt raw  in24 in32 42ni 23ni fl32 FL32 fl64 FL64".split(b" "))
_BYTE = frozenset(b"alaw ALAW ulaw ULAW".split(b" "))


def look_at_aiff(file: BinaryIO, end: int) -> Promise:
    """What an AIFF file promises.

    Raises:
        HeaderError: truncated, of unknown length in a packed encoding, or its sizes leave out audio.
    """
    head = file.read(12)
    if head[8:] not in (b"AIFF", b"AIFC"):
        return Promise()
    chunks: dict[bytes, Chunk] = {}
    for chunk in walk(file, 12, end, ">"):
        chunks.setdefault(chunk.name, chunk)
        if b"COMM" in chunks and b"SSND" in chunks:
            break
    if b"COMM" not in chunks or b"SSND" not in chunks:
        return Promise()
    return _around(file, head, chunks[b"COMM"], chunks[b"SSND"], end)


def _around(file: BinaryIO, head: bytes, comm: Chunk, ssnd: Chunk, end: int) -> Promise:
    file.seek(comm.start)
    about = file.read(min(comm.size, 4_096))
    file.seek(ssnd.start)
    offset = int.from_bytes(file.read(8)[:4], "big")
    if len(about) < 18:
        return Promise()
    kind = about[18:22] if head[8:] == b"AIFC" else b"NONE"
    words = f"AIFF of {kind.decode('ascii', 'replace').strip()}, {struct.unpack_from('>H', about, 6)[0]} bits"
    start, block = ssnd.start + 8 + offset, _block(kind, about)
    frames = int(struct.unpack_from(">I", about, 2)[0])
    if start > end:
        raise HeaderError("file is no audio or is damaged", "AIFF whose audio begins behind its end: export it again")
    if is_unknown(ssnd.size) or ssnd.size <= 8 + offset or frames >= _UNKNOWN_FRAMES:
        audio = (start, end)
    else:
        refuse_truncated(ssnd.end, end, "bytes")
        audio = (start, ssnd.end)
        refuse_more_audio(file, audio, 8 + int.from_bytes(head[4:8], "big"), end, ">")
        if block and frames:
            refuse_truncated(frames, (audio[1] - start) // block, "samples")
    there = max(audio[1] - start, 0) // block if block else frames
    if audio[1] == ssnd.end and there == frames and ssnd.padded and comm.start < ssnd.start:
        return Promise(form=words)
    if not block:
        raise HeaderError("length of the audio is not known", f"{words}: export it again")
    return Promise((_aiff(head[8:], about, there, (start, audio[1])),), form=words)


def _block(kind: bytes, about: bytes) -> int:
    """Bytes of one sample of all channels; 0 for an encoding in packets."""
    channels, bits = struct.unpack_from(">H4xH", about)
    width = (bits + 7) // 8 if kind in _PLAIN else 1 if kind in _BYTE else 0
    return int(channels * width)


def _aiff(kind: bytes, about: bytes, frames: int, audio: tuple[int, int]) -> tuple[bytes, tuple[int, int]]:
    """An AIFF file around a stretch of samples."""
    comm = about[:2] + struct.pack(">I", frames) + about[6:] + bytes(len(about) & 1)
    length = audio[1] - audio[0]
    inside = kind + b"COMM" + struct.pack(">I", len(about)) + comm + b"SSND" + struct.pack(">I", length + 8) + bytes(8)
    return b"FORM" + struct.pack(">I", len(inside) + length) + inside, audio
