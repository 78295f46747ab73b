"""Headers of all kinds against a plain decoder: the same samples come back, or an error; never fewer without one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_audio import Encoding, aiff, au, caf, chunk, decode, nist, riff, to_int16, w64, wav_format, wide
from numpy.typing import NDArray

from kws_data.audio import read_audio
from kws_data.decoding import duration_s
from kws_data.errors import AudioError

ENCODINGS = [
    Encoding(8),
    Encoding(16),
    Encoding(24),
    Encoding(32),
    Encoding(32, "float"),
    Encoding(64, "float"),
    Encoding(8, "alaw"),
    Encoding(8, "ulaw"),
]
STREAM_SIZES = [0, 0x7FFFF000, 0x7FFFFFDA, 0x7FFFFFFF, 0x80000000, 0xFFFFF000, 0xFFFFFFDB, 0xFFFFFFFF]
FORMATS: dict[str, Callable[..., bytes]] = {"w64": w64, "aiff": aiff, "au": au, "caf": caf, "nist": nist}
UNKNOWN = {
    "w64": [0, 2**63 - 1 - 24],
    "aiff": [size - 8 for size in STREAM_SIZES[1:]],
    "au": STREAM_SIZES,
    "caf": [-1],
    "nist": [],
}


def outcome(content: bytes) -> NDArray[np.int16] | str:
    """Samples, or the error; the length has to agree with them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.wav")
        path.write_bytes(content)
        try:
            samples = read_audio(path, None)
        except AudioError as error:
            return str(error)
        assert duration_s(path) == len(samples) / 16_000
        return samples


@st.composite
def audio(draw: st.DrawFn, encodings: list[Encoding]) -> tuple[Encoding, int, bytes]:
    """An encoding, channels, and bytes of whole samples that are no silence and lie in range."""
    encoding, channels = draw(st.sampled_from(encodings)), draw(st.sampled_from([1, 2]))
    count = channels * draw(st.integers(2, 300))
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    if encoding.kind == "float":
        return encoding, channels, rng.uniform(-1, 1, count).astype(f">f{encoding.bits // 8}").tobytes()
    return encoding, channels, rng.integers(1, 256, count * encoding.bits // 8, np.uint8).tobytes()


def swapped(data: bytes, encoding: Encoding) -> bytes:
    """The other byte order."""
    return np.frombuffer(data, f"V{encoding.bits // 8}").tobytes() if encoding.bits == 8 else np.frombuffer(
        data, np.uint8
    ).reshape(-1, encoding.bits // 8)[:, ::-1].tobytes()  # fmt: skip


EXTRA = st.sampled_from([b"LIST", b"JUNK", b"bext", b"cue ", b"fact"])


@st.composite
def wavs(draw: st.DrawFn) -> tuple[bytes, NDArray[np.int16], bool]:
    """A WAV, the samples it holds, and whether it has to be read."""
    magic = draw(st.sampled_from([b"RIFF", b"RIFX"]))
    order = ">" if magic == b"RIFX" else "<"
    encoding, channels, data = draw(audio(ENCODINGS))
    values = decode(data, encoding, ">") if encoding.bits > 8 else decode(data, encoding, "<")
    data = data if order == ">" else swapped(data, encoding)
    fault = draw(st.sampled_from(["right", "stream", "large", "small", "cut", "tag", "behind"]))
    block = channels * encoding.bits // 8
    off = draw(st.integers(max(block, 2), max(len(data) // 2, block, 2)))  # a byte may be the pad
    sizes = {"stream": draw(st.sampled_from(STREAM_SIZES)), "large": len(data) + off, "small": len(data) - off}
    extras = [chunk(draw(EXTRA), bytes(draw(st.integers(4, 9))), order, pad=draw(st.booleans())) for _ in range(2)]
    before = draw(st.integers(0, 2))
    body = b"".join(extras[:before]) + chunk(b"fmt ", wav_format(encoding, channels, order=order), order)
    body += chunk(b"data", data, order, sizes.get(fault), pad=fault == "right")
    if fault == "behind":
        body += bytes(len(data) & 1) + b"".join(extras[before:])
    sized = {"right": None, "zero": 0, "stream": 0xFFFFFFFF}[draw(st.sampled_from(["right", "zero", "stream"]))]
    content = riff(body, sized, magic) + (b"TAG" + bytes(125) if fault == "tag" else b"")
    content = content[: len(content) - off] if fault == "cut" else content
    return content, to_int16(values, channels), fault in ("right", "stream", "tag", "behind")


@settings(max_examples=400, deadline=None)
@given(wavs())
def test_a_wav_gives_all_of_its_samples_or_an_error(made: tuple[bytes, NDArray[np.int16], bool]) -> None:
    content, expected, readable = made
    found = outcome(content)
    if readable or not isinstance(found, str):
        assert not isinstance(found, str), found
        assert np.array_equal(found, expected)


@st.composite
def others(draw: st.DrawFn) -> tuple[bytes, NDArray[np.int16], bool]:
    """A file of another format, the samples it holds, and whether it has to be read."""
    name = draw(st.sampled_from(sorted(FORMATS)))
    encoding, channels, data = draw(audio(ENCODINGS if name != "nist" else [Encoding(16)]))
    values = decode(data, encoding, ">", signed_bytes=name != "w64")
    data = swapped(data, encoding) if name == "w64" else data
    fault = draw(st.sampled_from(["right", "stream", "large", "small", "cut"]))
    block = channels * encoding.bits // 8
    off = draw(st.integers(1, max(len(data) // block // 2, 1))) * block
    unknown = draw(st.sampled_from(UNKNOWN[name] or [None]))  # type: ignore[list-item]
    size = {"stream": unknown, "large": len(data) + off, "small": len(data) - off}.get(fault)
    content = FORMATS[name](data, encoding, channels, size=size)
    content = content[: len(content) - off - 7] if fault == "cut" else content
    return content, to_int16(values, channels), fault in ("right", "stream")


@settings(max_examples=400, deadline=None)
@given(others())
def test_other_formats_give_all_of_their_samples_or_an_error(made: tuple[bytes, NDArray[np.int16], bool]) -> None:
    content, expected, readable = made
    found = outcome(content)
    if readable or not isinstance(found, str):
        assert not isinstance(found, str), found
        assert len(found) - len(expected) in range(8)  # W64 fills up to eight bytes
        assert np.array_equal(found[: len(expected)], expected)


@pytest.mark.parametrize("magic", [b"RF64", b"BW64"])
def test_sizes_of_64_bits(magic: bytes) -> None:
    data = np.arange(-900, 900, dtype="<i2")
    for announced in (None, 0, 0xFFFFFFFFFFFFFFFF):
        found = outcome(wide(magic, data.tobytes(), announced))
        assert np.array_equal(np.asarray(found), data)
    assert "truncated" in str(outcome(wide(magic, data.tobytes(), 3_602)))
    assert "goes on behind" in str(outcome(wide(magic, data.tobytes(), 3_000)))


def test_audio_that_begins_behind_the_end_is_damage() -> None:
    content = bytearray(aiff(bytes(200), Encoding(16), size=0x7FFFFFFF - 8))
    at = content.index(b"SSND") + 8
    content[at : at + 4] = b"\x70\0\0\0"
    assert "begins behind its end" in str(outcome(bytes(content)))


def test_sox_counts_samples_of_an_aiff_it_cannot_seek_in() -> None:
    data = np.arange(-900, 900, dtype=">i2")
    found = outcome(aiff(data.tobytes(), Encoding(16), size=0xFE00_0000, frames=0x7F00_0000))
    assert np.array_equal(np.asarray(found), data)
    assert "1900 samples announced, 1800 there" in str(outcome(aiff(data.tobytes(), Encoding(16), frames=1_900)))
