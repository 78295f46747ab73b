"""A stream of MPEG frames (MP1, MP2, MP3), counted: without an Info frame a decoder guesses the length by the size."""

from __future__ import annotations

import mmap
from dataclasses import dataclass, replace
from typing import BinaryIO

from kws_data.containers.mpeg import Frame, frame_at, lame_trims, promised_frames
from kws_data.containers.promise import HeaderError, Promise, refuse_truncated
from kws_data.containers.tags import id3_size

#: Frames of a whole stream that need not give samples: an encoder's delay and padding, and those that lean on frames
#: before a cut. Of a stream as LAME wrote it both are known; decoders pass over what is damaged inside a frame.
UNDECODED = 6
PASSED_OVER = 2


@dataclass(frozen=True)
class _Stream:
    """Frames of a stream: runs of them without anything between, how many, the largest, whether the last is cut off."""

    runs: tuple[tuple[int, int], ...]
    frames: int
    largest: int
    cut: bool


def look_at_mpeg(file: BinaryIO, start: int, end: int) -> Promise:
    """What a stretch of MPEG promises; without a frame that tells their number, what is there is the number.

    Raises:
        HeaderError: fewer frames than announced, none at all, or of free format.
    """
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        first = _first_frame(data, start, end)
        head = frame_at(data, first)
        if head is None:
            remedy = "MPEG without frames: convert it: ffmpeg -i in.mp3 out.wav"
            raise HeaderError("file is no audio or is damaged", remedy)
        stream = _frames(data, first, end, head)
        promised = promised_frames(data[first : first + head.size], head.tag_at)
        trims = lame_trims(data[first : first + head.size], head.tag_at)
    if promised is None:
        return _counted(stream, head)
    there = stream.frames - 1
    if promised:
        refuse_truncated(promised, there + (there == promised - 1 and not stream.cut), "MPEG frames")
    if promised >= there:
        plain = len(stream.runs) == 1 and start == 0
        undecoded = UNDECODED * head.samples if trims is None else PASSED_OVER * head.samples + trims
        least = max(promised * head.samples - undecoded, 0)
        return Promise(() if plain else (stream.runs,), exact=False, least=least, form="MPEG")
    (begun, ended), *others = stream.runs  # more than announced: files were put one behind the other
    return _counted(replace(stream, runs=((begun + head.size, ended), *others), frames=there), head)


def _counted(stream: _Stream, head: Frame) -> Promise:
    """All of a stream whose length the decoder guesses by its size: it is given once and again until the guess is
    large enough, and as many samples are taken as its frames hold."""
    size = sum(end - start for start, end in stream.runs)
    times = -(-(stream.frames + 4) * (stream.largest + 1) // max(size, 1))
    return Promise((stream.runs * times,), exact=False, samples=stream.frames * head.samples, form="MPEG")


def _first_frame(data: mmap.mmap, start: int, end: int) -> int:
    """Where two frames follow each other, one fills the rest, or one at the beginning tells how many follow; ``end``
    when there is none."""
    position = _behind_tags(data, start, end)
    if (frame := frame_at(data, position)) and promised_frames(data[position : position + frame.size], frame.tag_at):
        return position  # what follows may be damaged, and is then missed
    while 0 <= position < end:
        if (frame := frame_at(data, position)) and _goes_on(data, position + frame.size, end, frame.kind):
            return position
        position = data.find(b"\xff", position + 1, end)
    return end


def _goes_on(data: mmap.mmap, position: int, end: int, kind: int) -> bool:
    following = frame_at(data, position)
    return position >= end or _behind_tags(data, position, end) > position or bool(following and following.kind == kind)


def _frames(data: mmap.mmap, position: int, end: int, head: Frame) -> _Stream:
    """All frames from the first on; tags and what else is no frame are passed over."""
    runs: list[tuple[int, int]] = []
    begun, count, largest = position, 0, 0
    while position < end:
        frame = frame_at(data, position)
        if frame and frame.kind == head.kind:
            if position + frame.size > end:
                break
            count += 1
            largest = max(largest, frame.size)
            position += frame.size
            continue
        runs += [(begun, position)] if position > begun else []
        behind = _behind_tags(data, position, end)
        position = begun = behind if behind > position else _next_frame(data, position + 1, end, head.kind)
    runs += [(begun, position)] if position > begun else []
    return _Stream(tuple(runs), count, largest, cut=position < end)


def _next_frame(data: mmap.mmap, position: int, end: int, kind: int) -> int:
    while (position := data.find(b"\xff", position, end)) >= 0:
        frame = frame_at(data, position)
        if frame and frame.kind == kind and _goes_on(data, position + frame.size, end, kind):
            return position
        position += 1
    return end


def _behind_tags(data: mmap.mmap, position: int, end: int) -> int:
    """Where the tags that begin here end; the same place when none does."""
    while position < end:
        if size := id3_size(data[position : position + 10]):
            position += size
        elif data[position : position + 3] == b"TAG" and end - position >= 128:
            position += 128
        elif data[position : position + 8] == b"APETAGEX":
            size = int.from_bytes(data[position + 12 : position + 16], "little")
            has_header = data[position + 23] & 0x20 if position + 24 <= end else 0
            position += size + 32 if has_header else 32
        else:
            break
    return min(position, end)
