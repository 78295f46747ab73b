"""Frames: round trips, corruption, boot text; Python against the board's C and back."""

from __future__ import annotations

import zlib

import pytest
import wire_in_c
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_tools.protocol import frames
from firmware_tools.protocol.frames import MAX_PAYLOAD, Decoder, Frame, Type, encode

# Payloads that exercise COBS: zeros, runs around 254 bytes, the longest frame.
payloads = st.one_of(
    st.binary(max_size=64),
    st.lists(st.sampled_from([b"\0", b"\1", b"\xff", b"x" * 253, b"y" * 254, b"z" * 255]), max_size=4).map(b"".join),
    st.just(b"\0" * MAX_PAYLOAD),
    st.just(bytes(range(1, 256)) * 4),
)
any_frame = st.builds(Frame, st.integers(0, 63), st.integers(0, 0xFFFF), payloads)


@given(st.lists(any_frame, max_size=5), st.integers(1, 700))
@settings(deadline=None, max_examples=100)
def test_any_frames_in_any_pieces_come_back(sent: list[Frame], piece: int) -> None:
    line = b"".join(encode(frame) for frame in sent)
    decoder = Decoder()
    got = [frame for at in range(0, len(line), piece) for frame in decoder.feed(line[at : at + piece])]
    assert got == sent
    assert decoder.counters.garbage_bytes == 0


@given(any_frame)
@settings(deadline=None, max_examples=100)
def test_board_and_host_write_the_same_bytes(frame: Frame) -> None:
    assert wire_in_c.encode(frame) == encode(frame)


@given(st.lists(any_frame, max_size=4))
@settings(deadline=None, max_examples=100)
def test_board_reads_what_the_host_writes(sent: list[Frame]) -> None:
    decoder = wire_in_c.Decoder()
    assert decoder.feed(b"".join(encode(frame) for frame in sent)) == sent
    assert decoder.errors == 0


@given(any_frame, st.data())
@settings(deadline=None, max_examples=200)
def test_corruption_never_gives_a_wrong_frame_and_the_next_is_found(frame: Frame, data: st.DataObject) -> None:
    line = bytearray(encode(frame))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(1, len(line) - 2))
        match data.draw(st.sampled_from(["flip", "cut", "insert"])):
            case "flip":
                line[at] ^= data.draw(st.integers(1, 255))
            case "cut":
                del line[at]
            case "insert":
                line.insert(at, data.draw(st.integers(0, 255)))
        if len(line) < 4:
            break
    after = Frame(Type.STOP, 7, b"whole")
    for decoder in (Decoder(), wire_in_c.Decoder()):
        got = decoder.feed(bytes(line) + encode(after))
        assert got[-1] == after
        assert all(found == frame for found in got[:-1])


@given(st.binary(max_size=3000), any_frame)
@settings(deadline=None, max_examples=100)
def test_garbage_before_a_frame_costs_only_itself(garbage: bytes, frame: Frame) -> None:
    for decoder in (Decoder(), wire_in_c.Decoder()):
        assert decoder.feed(garbage + encode(frame))[-1] == frame


def test_boot_text_between_frames_is_counted_and_dropped() -> None:
    first, second = Frame(1, 0, b"a"), Frame(2, 1, b"b")
    text = b"ets Jul 29 2019 12:21:46\r\nrst:0x1 (POWERON_RESET)\r\n"
    decoder = Decoder()
    assert decoder.feed(encode(first) + text + encode(second)) == [first, second]
    assert decoder.counters.garbage_bytes == len(text)
    assert decoder.counters.bad_blocks == 1
    assert decoder.counters.lost_frames == 0


def test_lost_frames_are_counted_also_where_the_count_wraps() -> None:
    decoder = Decoder()
    for sequence in (0xFFFD, 0xFFFE, 0x0001, 0x0002):
        decoder.feed(encode(Frame(1, sequence)))
    assert decoder.counters.sequence_gaps == 1
    assert decoder.counters.lost_frames == 2
    decoder.restart_count()
    decoder.feed(encode(Frame(1, 0)))
    assert decoder.counters.lost_frames == 2


def test_every_single_bit_error_is_noticed() -> None:
    frame = Frame(Type.EVENT_AUDIO, 3, bytes(range(20)))
    line = encode(frame)
    for bit in range(8, 8 * (len(line) - 1)):
        damaged = bytearray(line)
        damaged[bit // 8] ^= 1 << bit % 8
        assert Decoder().feed(bytes(damaged)) == []
        assert wire_in_c.Decoder().feed(bytes(damaged)) == []


def test_frame_of_another_protocol_version_is_refused_by_both() -> None:
    body = frames.HEADER.pack(2 << 6 | 1, 0)
    line = b"\0" + frames.cobs.encode(body + frames.CRC.pack(zlib.crc32(body))) + b"\0"
    decoder, board = Decoder(), wire_in_c.Decoder()
    assert decoder.feed(line) == [] and board.feed(line) == []
    assert decoder.counters.bad_version == 1 and board.errors == 1


def test_endless_garbage_takes_no_memory() -> None:
    decoder = Decoder()
    for _ in range(100):
        decoder.feed(b"\xaa" * 10_000)
    assert len(decoder._block) <= frames.MAX_ENCODED
    assert decoder.feed(b"\0") == []
    assert decoder.counters.garbage_bytes == 1_000_000
    assert decoder.counters.bad_length == 1


def test_board_refuses_what_does_not_fit_its_buffers() -> None:
    frame = Frame(1, 0, b"x" * 20)
    assert wire_in_c.encode(frame, capacity=20) == frames.BoardCode.SPACE
    small = wire_in_c.Decoder(capacity=20)
    assert small.feed(encode(frame)) == []
    assert small.errors == 1
    assert small.feed(encode(Frame(1, 1, b"x"))) == [Frame(1, 1, b"x")]


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=50)
def test_crc_is_the_ieee_one(data: bytes) -> None:
    assert wire_in_c.library().kws_crc32(0, data, len(data)) == zlib.crc32(data)


@pytest.mark.parametrize("bad", [(64, 0, b""), (0, 1 << 16, b""), (0, 0, b"x" * (MAX_PAYLOAD + 1)), (0, -1, b"")])
def test_impossible_frames_are_refused(bad: tuple[int, int, bytes]) -> None:
    with pytest.raises(ValueError, match="frame"):
        Frame(*bad)


def test_types_are_those_of_the_header() -> None:
    header = (wire_in_c.toolchain.INCLUDE_DIR / "kws_wire.h").read_text()
    names = {
        line.split()[1]: int(line.split()[2].rstrip("u"), 16)
        for line in header.splitlines()
        if " 0x" in line and line.startswith(("#define KWS_CMD", "#define KWS_REPLY", "#define KWS_EVENT"))
    }
    ours = {("KWS_" if kind.name.startswith(("REPLY", "EVENT")) else "KWS_CMD_") + kind.name: kind for kind in Type}
    assert names == ours
