"""Payloads of a recording, and the choice of the codec."""

from __future__ import annotations

import numpy as np
import pytest

from firmware_tools.errors import ProtocolError
from firmware_tools.protocol import adpcm
from firmware_tools.protocol.audio_frames import (
    AUDIO,
    END,
    Codec,
    Source,
    choose_codec,
    line_bytes_per_s,
    parse_audio,
    parse_end,
    record_order,
)
from firmware_tools.protocol.frames import MAX_PAYLOAD

BOTH = (Codec.PCM16, Codec.ADPCM)


def test_audio_frames_are_read() -> None:
    samples = np.array([1, -2, 32_767, -32_768, 5], np.int16)
    plain = parse_audio(AUDIO.pack(7, 0, 1, 1 << 40, 123_456, 9) + samples.tobytes())
    assert (plain.take, plain.codec, plain.first_sample, plain.board_us, plain.lost) == (7, 0, 1 << 40, 123_456, 9)
    np.testing.assert_array_equal(plain.samples, samples)
    block, _ = adpcm.encode_block(samples)
    np.testing.assert_array_equal(parse_audio(AUDIO.pack(7, 1, 0, 0, 0, 0) + block).samples, adpcm.decode_block(block))


@pytest.mark.parametrize(
    "payload", [b"", bytes(23), AUDIO.pack(1, 0, 0, 0, 0, 0) + b"\0", AUDIO.pack(1, 2, 0, 0, 0, 0) + b"\0\0"]
)
def test_audio_frames_that_make_no_sense_are_refused(payload: bytes) -> None:
    with pytest.raises(ProtocolError, match="audio frame"):
        parse_audio(payload)


def test_end_is_read_or_refused() -> None:
    assert parse_end(END.pack(3, 16_000, 2, 10, 11, 12)).position == 16_000
    with pytest.raises(ProtocolError, match="end frame"):
        parse_end(b"\0")


def test_orders_in_range_only() -> None:
    assert record_order(16_000, Codec.ADPCM, Source.TONE, 0x1234).hex() == "803e000001023412"
    for samples, take in ((-1, 1), (1 << 32, 1), (0, 0), (0, 1 << 16)):
        with pytest.raises(ValueError, match="cannot record"):
            record_order(samples, Codec.PCM16, Source.MICROPHONE, take)


@pytest.mark.parametrize(
    ("baud", "codec"),
    [(921_600, Codec.PCM16), (460_800, Codec.PCM16), (230_400, Codec.ADPCM), (115_200, Codec.ADPCM), (0, Codec.PCM16)],
)
def test_choice_follows_the_line(baud: int, codec: Codec) -> None:
    assert choose_codec("auto", 16_000, baud, BOTH) == codec
    if baud:
        assert line_bytes_per_s(codec, 16_000) < 0.9 * baud / 10


def test_named_codecs_are_taken_as_they_are() -> None:
    assert choose_codec("adpcm", 16_000, 921_600, BOTH) == choose_codec(Codec.ADPCM, 16_000, 0, BOTH) == Codec.ADPCM
    assert choose_codec("auto", 16_000, 115_200, (Codec.PCM16,)) == Codec.PCM16
    with pytest.raises(ProtocolError, match="has not this codec"):
        choose_codec("adpcm", 16_000, 115_200, (Codec.PCM16,))
    with pytest.raises(ValueError, match="mp3"):
        choose_codec("mp3", 16_000, 115_200, BOTH)


def test_blocks_fit_a_frame() -> None:
    assert AUDIO.size + 512 <= MAX_PAYLOAD and AUDIO.size + adpcm.BLOCK_HEADER.size + 256 <= MAX_PAYLOAD
