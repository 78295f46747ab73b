"""The decoder in C gives what the Python one gives: the same frames, the same counters, however the line is cut."""

from __future__ import annotations

import random
import zlib

import pytest
from cobs import cobs
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_tools.errors import FirmwareError
from firmware_tools.protocol import native_decoder
from firmware_tools.protocol.frames import CRC, HEADER, MAX_ENCODED, MAX_FRAME, MAX_PAYLOAD, Decoder, Frame, encode
from firmware_tools.protocol.native_decoder import PIECE_BYTES, NativeDecoder, new_decoder

pieces = st.one_of(
    st.binary(max_size=300),
    st.builds(encode, st.builds(Frame, st.integers(0, 63), st.integers(0, 0xFFFF), st.binary(max_size=300))),
    st.integers(1, 3_000).map(lambda length: b"\xaa" * length),
    st.sampled_from([b"\0", b"\xff", b"\x01", b"\0\x01\0", encode(Frame(1, 2, b"\0" * MAX_PAYLOAD))]),
)


@given(st.lists(pieces, max_size=8))
@settings(deadline=None, max_examples=300)
def test_any_pieces_give_the_same_frames_and_counters(line: list[bytes]) -> None:
    reference, native = Decoder(), NativeDecoder()
    for piece in line:
        assert native.feed(piece) == reference.feed(piece)
        assert native.counters == reference.counters


@pytest.mark.parametrize("cut", [1, 2, 7, 254, 255, 256, 1_000, PIECE_BYTES])
def test_it_does_not_matter_how_the_line_is_cut(cut: int) -> None:
    rng = random.Random(cut)
    sent = [Frame(i % 64, i, rng.randbytes(rng.randrange(MAX_PAYLOAD + 1))) for i in range(60)]
    line = b"".join(map(encode, sent))
    decoder = NativeDecoder()
    assert [f for at in range(0, len(line), cut) for f in decoder.feed(line[at : at + cut])] == sent
    assert decoder.counters.garbage_bytes == 0


def test_a_feed_may_be_longer_than_a_piece_and_begin_in_the_middle_of_a_frame() -> None:
    sent = [Frame(1, i, bytes([i % 256]) * 500) for i in range(500)]
    line = b"".join(map(encode, sent))
    decoder = NativeDecoder()
    assert len(line) > 3 * PIECE_BYTES
    assert decoder.feed(line[:300]) + decoder.feed(line[300:]) == sent


@pytest.mark.parametrize("length", [MAX_ENCODED - 1, MAX_ENCODED, MAX_ENCODED + 1, MAX_ENCODED + 2, 5_000])
@pytest.mark.parametrize("cut", [0, 1, MAX_ENCODED - 1, MAX_ENCODED, MAX_ENCODED + 1])
def test_blocks_around_the_longest_are_counted_alike(length: int, cut: int) -> None:
    for filling in (b"\x01", b"\x02", b"\xff"):
        block = filling * length + b"\0"
        reference, native = Decoder(), NativeDecoder()
        for part in (block[:cut], block[cut:], encode(Frame(3, 3))):
            assert native.feed(part) == reference.feed(part)
        assert native.counters == reference.counters


@pytest.mark.parametrize("body", [MAX_FRAME - 3, MAX_FRAME - 4, 3, 2, 0], ids=str)
@pytest.mark.parametrize("version", [0, 1, 2])
def test_right_crc_around_wrong_lengths_and_versions(body: int, version: int) -> None:
    raw = (HEADER.pack(version << 6 | 5, 9) + b"x" * MAX_FRAME)[:body]
    line = b"\0" + cobs.encode(raw + CRC.pack(zlib.crc32(raw))) + b"\0"
    reference, native = Decoder(), NativeDecoder()
    assert native.feed(line) == reference.feed(line)
    assert native.counters == reference.counters
    assert (native.counters.frames == 1) == (version == 1 and body in (3, MAX_FRAME - 4))


def test_gaps_are_counted_and_the_count_can_be_restarted() -> None:
    decoder = NativeDecoder()
    for sequence in (0xFFFE, 0xFFFF, 2):
        decoder.feed(encode(Frame(1, sequence)))
    assert (decoder.counters.sequence_gaps, decoder.counters.lost_frames) == (1, 2)
    decoder.restart_count()
    decoder.feed(encode(Frame(1, 77)))
    assert decoder.counters.lost_frames == 2


def test_endless_garbage_takes_no_memory() -> None:
    decoder = NativeDecoder()
    for _ in range(100):
        assert decoder.feed(b"\xaa" * 10_000) == []
    decoder.feed(b"\0")
    assert (decoder.counters.garbage_bytes, decoder.counters.bad_length) == (1_000_000, 1)


def test_without_a_compiler_the_python_decoder_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_settings: object) -> None:
        raise FirmwareError("no C compiler", "ziglang", "install it")

    assert isinstance(new_decoder(), NativeDecoder)
    monkeypatch.setattr(native_decoder, "compile_host", refuse)
    native_decoder._library.cache_clear()
    try:
        assert type(new_decoder()) is Decoder
    finally:
        native_decoder._library.cache_clear()
