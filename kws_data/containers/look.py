"""Which format a file is, and what it promises: the entrance to this room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO, cast

from kws_data.containers import aiff, au, caf, flac, nist, ogg, riff, w64
from kws_data.containers.mpeg import frame_at
from kws_data.containers.mpeg_stream import look_at_mpeg
from kws_data.containers.not_audio import refuse_other_kinds
from kws_data.containers.promise import Promise, moved
from kws_data.containers.stitched import Stitched
from kws_data.containers.suffixes import RAW
from kws_data.containers.tags import id3_size

HEAD_BYTES = 512
_LOOKS: dict[bytes, Callable[[BinaryIO, int], Promise]] = {
    **dict.fromkeys(riff.MAGICS, riff.look_at_riff),
    **dict.fromkeys(au.MAGICS, au.look_at_au),
    aiff.MAGIC: aiff.look_at_aiff,
    flac.MAGIC: flac.look_at_flac,
    ogg.MAGIC: ogg.look_at_ogg,
    caf.MAGIC: caf.look_at_caf,
    nist.MAGIC[:4]: nist.look_at_nist,
    w64.MAGIC[:4]: w64.look_at_w64,
}


def look(file: BinaryIO, size: int, suffix: str) -> Promise:
    """What an audio file promises; one of a format that is not known here promises what the decoder says.

    Args:
        file: at its beginning.
        size: its bytes.
        suffix: of its name, for what to do about it.

    Raises:
        HeaderError: it is truncated, contradicts itself, or is of a kind that is not read.
    """
    head = file.read(HEAD_BYTES)
    if (tag := id3_size(head)) and tag + 4 <= size:
        file.seek(tag)
        if file.read(4) in _LOOKS:
            return _behind_tag(file, size, suffix, tag)
    file.seek(0)
    if head[:4] in _LOOKS:
        return _LOOKS[head[:4]](file, size)
    if suffix.lower() not in RAW and (head[:3] == b"ID3" or frame_at(head)):
        return look_at_mpeg(file, 0, size)
    refuse_other_kinds(head, suffix)
    return look_at_mpeg(file, 0, size) if suffix.lower() in (".mp3", ".mp2") else Promise()


def _behind_tag(file: BinaryIO, size: int, suffix: str, tag: int) -> Promise:
    """The promise of a file that begins behind an ID3 tag."""
    inner = Stitched(file, ((tag, size),))
    promise = look(cast(BinaryIO, inner), size - tag, suffix)
    streams = promise.streams or (((0, size - tag),),)
    return replace(promise, streams=tuple(tuple(moved(piece, tag) for piece in pieces) for pieces in streams))
