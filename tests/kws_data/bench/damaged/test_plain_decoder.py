"""The bench's own reading of headers, against files whose length is known."""

from __future__ import annotations

import struct

import pytest

from kws_data.bench.damaged.audio_seeds import FRAMES, audio_seeds
from kws_data.bench.damaged.plain_decoder import Promise, promise, still_promises

BY_NAME = {seed.name: seed.data for seed in audio_seeds()}
PLAIN = [name for name in BY_NAME if name.startswith(("WAV-PCM", "WAV-F", "WAV-D", "WAV-U", "WAVEX", "RIFX", "chunks"))]
PLAIN += [name for name in BY_NAME if name.startswith(("RF64", "W64", "AU", "NIST", "AIFF-PCM"))]
WAV, HEAD = BY_NAME["WAV-PCM_16-1.wav"], 44


@pytest.mark.parametrize("name", PLAIN)
def test_whole_and_cut_files(name: str) -> None:
    data = BY_NAME[name]
    assert promise(data) == Promise(FRAMES, FRAMES)
    cut = promise(data[: len(data) // 2])
    assert cut is not None and cut.cut and cut.promised == FRAMES and 0 < cut.frames < FRAMES


def test_frames_of_two_channels() -> None:
    assert promise(BY_NAME["WAV-PCM_16-2.wav"]) == Promise(FRAMES, FRAMES)


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0x80000000, 0x7FFFF000, 0xFFFFFFFF, 0xFFFFF000])
def test_sizes_that_leave_the_length_open(size: int) -> None:
    data = WAV[: HEAD - 4] + struct.pack("<I", size) + WAV[HEAD:]
    assert promise(data) == Promise(None, FRAMES)


@pytest.mark.parametrize("size", [0, 0x7FFFF000, (1 << 64) - 1, 1 << 63])
def test_sizes_of_64_bits_that_leave_the_length_open(size: int) -> None:
    data = BY_NAME["RF64-PCM_16-1.wav"]
    at = data.index(b"ds64") + 16
    assert promise(data[:at] + struct.pack("<Q", size) + data[at + 8 :]) == Promise(None, FRAMES)


@pytest.mark.parametrize("name", ["FLAC-PCM_16-1.flac", "MP3-MPEG_LAYER_III-1.mp3", "CAF-ALAC_16-1.caf"])
def test_heads_that_still_tell_the_length(name: str) -> None:
    data = BY_NAME[name]
    assert still_promises(data, data) and still_promises(data, data[: len(data) * 3 // 4])
    assert not still_promises(data, data[:20] + b"?" + data[21:])


def test_the_last_page_of_ogg_tells_the_length_and_an_mp3_from_a_pipe_does_not() -> None:
    ogg, piped = BY_NAME["OGG-VORBIS-1.ogg"], BY_NAME["piped-MPEG_LAYER_III-1.mp3"]
    assert still_promises(ogg, ogg) and not still_promises(ogg, ogg[:-1])
    assert not still_promises(piped, piped)


def test_nothing_is_said_of_what_contradicts_itself() -> None:
    assert promise(b"") is promise(b"fLaC" + bytes(99)) is promise(WAV[:20]) is None
    assert promise(WAV[:22] + b"\x03\0" + WAV[24:]) is None  # three channels in frames of two bytes
    assert promise(WAV[:12] + WAV[36:] + WAV[12:36]) is None  # the sound before its format
