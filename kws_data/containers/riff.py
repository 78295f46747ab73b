"""WAV and its relatives: RIFF, RIFX (big-endian), RF64 and BW64 (sizes of 64 bits in a chunk of their own).

Microsoft, "Multimedia Programming Interface and Data Specifications 1.0"; EBU Tech 3306; ITU-R BS.2088.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from kws_data.containers.chunks import Chunk, printable, refuse_more_audio, walk
from kws_data.containers.mpeg_stream import look_at_mpeg
from kws_data.containers.promise import HeaderError, Promise, is_unknown, refuse_truncated
from kws_data.containers.wave_form import MPEG, in_words, tag_of, wav_of

MAGICS = (b"RIFF", b"RIFX", b"RF64", b"BW64")


def look_at_riff(file: BinaryIO, end: int) -> Promise:
    """What a WAV promises.

    Args:
        file: at its beginning, one of ``MAGICS``.
        end: its size.

    Raises:
        HeaderError: truncated, no WAV, or its sizes leave out audio.
    """
    head = file.read(12)
    order = ">" if head[:4] == b"RIFX" else "<"
    if head[8:] != b"WAVE":
        kind = head[8:].decode("ascii", "replace").strip() or "nothing"
        raise HeaderError("file is no audio or is damaged", f"RIFF that holds {kind}: export it as WAV")
    chunks = _chunks(file, end, order)
    data, form = chunks.get(b"data"), chunks.get(b"fmt ")
    if data is None or form is None:
        return Promise()
    encoding = _content(file, form, end)
    audio = _audio(file, head, chunks, end, order)
    if tag_of(encoding, order) in MPEG:
        return look_at_mpeg(file, *audio)
    words = f"WAV of {in_words(encoding, order)}"
    in_order = data.padded and form.padded and form.start < data.start
    if head[:4] in (b"RIFF", b"RIFX") and in_order and audio[1] == data.end:
        return Promise(form=words)
    fact = _content(file, chunks[b"fact"], end) if b"fact" in chunks else b""
    return Promise((wav_of(encoding, fact, audio, order),), form=words)


def _chunks(file: BinaryIO, end: int, order: str) -> dict[bytes, Chunk]:
    """The first of each name; behind the audio only what lacks so far is looked for."""
    found: dict[bytes, Chunk] = {}
    for chunk in walk(file, 12, end, order):
        found.setdefault(chunk.name, chunk)
        if b"data" in found and b"fmt " in found:
            break
    return found


def _content(file: BinaryIO, chunk: Chunk, end: int) -> bytes:
    file.seek(chunk.start)
    return file.read(min(chunk.size, end - chunk.start, 4_096))


def _audio(file: BinaryIO, head: bytes, chunks: dict[bytes, Chunk], end: int, order: str) -> tuple[int, int]:
    """Start and end of the samples."""
    data, outer = chunks[b"data"], struct.unpack_from(f"{order}I", head, 4)[0]
    size = data.size
    if b"ds64" in chunks and head[:4] in (b"RF64", b"BW64"):
        sizes = _content(file, chunks[b"ds64"], end)
        wide, wide_data = struct.unpack_from("<QQ", sizes) if len(sizes) >= 16 else (0, 0)
        size = wide_data if size == 0xFFFFFFFF else size
        outer = wide if outer == 0xFFFFFFFF else outer
    if is_unknown(size) and not (0 < size <= end - data.start):
        if size == 0 and _only_chunks(file, data.start, end, order):
            return data.start, data.start
        if not is_unknown(outer) and 8 + outer > end + 1:  # a pad byte may lack
            refuse_truncated(8 + outer, end, "bytes")
        return data.start, end
    refuse_truncated(size, end - data.start)
    audio = (data.start, data.start + size)
    if audio[1] < end:
        refuse_more_audio(file, audio, None if is_unknown(outer) else 8 + outer, end, order)
    return audio


def _only_chunks(file: BinaryIO, position: int, end: int, order: str) -> bool:
    """Whether other chunks fill the rest of the file, so that there is no audio in it."""
    for chunk in walk(file, position, end, order):
        if chunk.end > end or not printable(chunk.name):
            return False
        position = chunk.end + (chunk.size & 1)
    return position >= end
