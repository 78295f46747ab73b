"""What the header of an uncompressed file promises, and how much of it is there: the bench's own reading.

Independent of libsndfile and of :mod:`kws_data.audio`, so that a loss in them is seen. It knows the plain forms of
RIFF, RIFX, RF64, W64, AIFF, AU and NIST; of anything that contradicts itself it says nothing (None).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

Chunk = tuple[bytes, int, int]  # name, place of its content, size

#: Sizes that mean "to the end of the file": 0, and what is near 2**31 and 2**32.
NEAR = 1 << 16
ABSURD = 1 << 62  # of sizes of 64 bits
W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")
AU_BYTES = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}


@dataclass(frozen=True)
class Promise:
    """Frames that a header promises and that the file holds; ``promised`` is None where the length is open."""

    promised: int | None
    there: int

    @property
    def cut(self) -> bool:
        """Whether the file holds less than its header says."""
        return self.promised is not None and self.there < self.promised

    @property
    def frames(self) -> int:
        """Frames that a reader must hand over."""
        return self.there if self.promised is None else min(self.promised, self.there)


def promise(data: bytes) -> Promise | None:
    """What the file promises; None for other formats, and where its fields contradict each other."""
    readers = {
        b"RIFF": lambda: _riff(data, "<"),
        b"RIFX": lambda: _riff(data, ">"),
        b"RF64": lambda: _riff(data, "<"),
        b"FORM": lambda: _aiff(data),
        b".snd": lambda: _au(data),
        b"riff": lambda: _w64(data),
        b"NIST": lambda: _nist(data),
    }
    try:
        return readers[data[:4]]()
    except (KeyError, struct.error, ValueError, StopIteration):
        return None


def still_promises(whole: bytes, damaged: bytes) -> bool:
    """Whether what tells the length of a compressed file is as it was in the undamaged one.

    Of Ogg that is the last page, whose position is the length, and the first two; of all others the head.
    """
    if whole[:4] == b"OggS":
        last, second = whole.rindex(b"OggS"), whole.index(b"OggS", 4)
        return damaged.endswith(whole[last:]) and damaged.startswith(whole[: 2 * second])
    head = _head_bytes(whole)
    return head > 0 and damaged.startswith(whole[:head])


def _head_bytes(whole: bytes) -> int:
    """Bytes up to the sound, or to the last that tells the length; 0 where nothing tells it (MP3 from a pipe)."""
    if whole[:4] == b"fLaC":
        return 42  # STREAMINFO
    for beginning, name, size in ((b"caff", b"data", 12), (b"FORM", b"SSND", 16), (b"RI", b"data", 8)):
        if whole.startswith(beginning):
            return whole.index(name, 4) + size
    tagged = any(name in whole[:200] for name in (b"Xing", b"Info"))  # of MP3: the frame before those of sound
    return whole.index(whole[:2], 4) if tagged else 0


def _chunks(data: bytes, order: str, at: int = 12) -> Iterator[Chunk]:
    while at + 8 <= len(data):
        name, size = struct.unpack_from(f"{order}4sI", data, at)
        yield name, at + 8, size
        at += 8 + size + (size & 1)


def _riff(data: bytes, order: str) -> Promise | None:
    """PCM and float of one ``fmt`` and one ``data``, in this order."""
    if data[8:12] != b"WAVE":
        return None
    chunks = list(_until_data(_chunks(data, order), b"data"))
    names = [name for name, _, _ in chunks]
    if names.count(b"fmt ") != 1 or names[-1:] != [b"data"] or any(not name.isascii() for name in names):
        return None
    _, form, size = chunks[names.index(b"fmt ")]
    tag, channels, rate, per_second, frame_bytes, bits = struct.unpack_from(f"{order}HHIIHH", data, form)
    if tag == 0xFFFE and size >= 40:
        tag = struct.unpack_from(f"{order}H", data, form + 24)[0]
    plain = (tag, bits) in {(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64), (6, 8), (7, 8)}
    if not plain or size < 16 or not 1 <= channels <= 8 or frame_bytes != channels * bits // 8:
        return None
    if per_second != rate * frame_bytes:
        return None
    _, start, announced = chunks[-1]
    if data[:4] == b"RF64":
        return _rf64(data, chunks, start, announced, frame_bytes)
    return _of_bytes(announced, len(data) - start, frame_bytes)


def _rf64(data: bytes, chunks: list[Chunk], start: int, announced: int, frame_bytes: int) -> Promise | None:
    """The size of the data stands in ``ds64``, the first chunk (EBU Tech 3306)."""
    name, place, size = chunks[0]
    if name != b"ds64" or size < 24 or announced != 0xFFFFFFFF:
        return None
    return _of_bytes(struct.unpack_from("<Q", data, place + 8)[0], len(data) - start, frame_bytes)


def _until_data(chunks: Iterator[Chunk], last: bytes) -> Iterator[Chunk]:
    for chunk in chunks:
        yield chunk
        if chunk[0] == last:
            return


def _of_bytes(announced: int, there: int, frame_bytes: int) -> Promise:
    """A size as a promise; 0, those near 2**31 and 2**32, and those that no disk holds leave the length open."""
    if announced == 0 or announced >= ABSURD or any(abs(announced - (1 << power)) < NEAR for power in (31, 32)):
        return Promise(None, there // frame_bytes)
    return Promise(announced // frame_bytes, min(announced, there) // frame_bytes)


def _aiff(data: bytes) -> Promise | None:
    """AIFF, and AIFF-C without compression."""
    if data[8:12] not in (b"AIFF", b"AIFC"):
        return None
    chunks = list(_until_data(_chunks(data, ">"), b"SSND"))
    names = [name for name, _, _ in chunks]
    if names.count(b"COMM") != 1 or names[-1:] != [b"SSND"]:
        return None
    _, form, size = chunks[names.index(b"COMM")]
    channels, frames, bits = struct.unpack_from(">HIH", data, form)
    compression = data[form + 18 : form + 22] if data[8:12] == b"AIFC" else b"NONE"
    _, start, announced = chunks[-1]
    offset = struct.unpack_from(">I", data, start)[0]
    frame_bytes = channels * bits // 8
    if size < 18 or bits not in (8, 16, 24, 32) or compression not in (b"NONE", b"sowt", b"twos"):
        return None
    if not 1 <= channels <= 8 or offset or not frames or announced != 8 + frames * frame_bytes:
        return None
    return Promise(frames, (min(len(data), start + announced) - start - 8) // frame_bytes)


def _au(data: bytes) -> Promise | None:
    offset, announced, coding, _, channels = struct.unpack_from(">IIIII", data, 4)
    if coding not in AU_BYTES or not 24 <= offset <= len(data) or not 1 <= channels <= 8:
        return None
    return _of_bytes(announced, len(data) - offset, AU_BYTES[coding] * channels)


def _w64(data: bytes) -> Promise | None:
    """Chunks have names of 16 bytes and sizes of 8 that include their own 24, padded to 8."""
    at, frame_bytes = 40, 0
    while at + 24 <= len(data) and data[at + 4 : at + 16] == W64_TAIL:
        name, size = data[at : at + 4], struct.unpack_from("<Q", data, at + 16)[0]
        if size < 24:
            return None
        if name == b"fmt " and not frame_bytes:
            tag, channels, _, _, frame_bytes, bits = struct.unpack_from("<HHIIHH", data, at + 24)
            if tag not in (1, 3) or not 1 <= channels <= 8 or frame_bytes != channels * bits // 8 or not frame_bytes:
                return None
        if name == b"data" and frame_bytes:
            return _of_bytes(size - 24, len(data) - at - 24, frame_bytes)
        at += (size + 7) // 8 * 8
    return None


def _nist(data: bytes) -> Promise | None:
    """NIST SPHERE: 1024 bytes of lines ``name -type value``."""
    if data[:16] != b"NIST_1A\n   1024\n" or b"end_head" not in data[:1024]:
        return None
    lines = [line.split(b" ", 2) for line in data[16:1024].split(b"end_head")[0].split(b"\n") if line]
    values = {line[0]: line[2] for line in lines if len(line) == 3}
    wanted = (b"sample_count", b"sample_n_bytes", b"channel_count")
    if len(values) != len(lines) or values.get(b"sample_coding", b"pcm") not in (b"pcm", b"ulaw", b"alaw"):
        return None
    frames, width, channels = (int(values[name]) for name in wanted)
    if frames <= 0 or width not in (1, 2, 3, 4) or not 1 <= channels <= 8:
        return None
    return Promise(frames, (len(data) - 1024) // (width * channels))
