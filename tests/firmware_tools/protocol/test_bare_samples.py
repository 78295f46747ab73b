"""Bytes and lines without a protocol: what is sound, what is something else, and where a sample begins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.errors import ProtocolError
from firmware_tools.protocol.bare_samples import BareDecoder, is_noise_of_bytes, is_text, out_of_step, stream_form

RNG = np.random.default_rng(3)
ROOM = (1_200 * np.sin(np.arange(4_000) / 7) + RNG.normal(0, 30, 4_000)).round().astype("<i2")


@pytest.mark.parametrize("text", ["raw16@115200", "lines@921600"])
def test_forms_are_read(text: str) -> None:
    assert str(stream_form(text)) == text


@pytest.mark.parametrize("text", ["raw16", "raw8@115200", "raw16@fast", "raw16@-1", "", "lines@1"])
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write raw16@115200"):
        stream_form(text)


@given(cuts=st.lists(st.integers(1, 700), min_size=1, max_size=40), before=st.integers(0, 1))
def test_samples_come_whole_however_they_are_cut(cuts: list[int], before: int) -> None:
    decoder, data, heard = BareDecoder("raw16"), b"\x9c" * before + ROOM.tobytes(), []
    for cut in [*cuts, len(data)]:
        heard.append(decoder.feed(data[:cut]))
        data = data[cut:]
    assert np.array_equal(np.concatenate(heard), ROOM)


@pytest.mark.parametrize("rms", [3, 30, 3_000])
def test_a_stream_that_is_one_byte_off_is_seen(rms: float) -> None:
    noise = RNG.normal(0, rms, 4_000).round().astype("<i2").tobytes()
    assert (out_of_step(noise), out_of_step(noise[1:])) == (0, 1)


def test_silence_is_in_step() -> None:
    assert out_of_step(bytes(4_000)) == 0 and out_of_step(b"") == 0


def test_after_a_lost_byte_it_begins_anew() -> None:
    decoder = BareDecoder("raw16")
    decoder.feed(ROOM.tobytes())
    decoder.restart()
    assert np.array_equal(decoder.feed(ROOM.tobytes()[1:]), ROOM[1:])


def test_text_where_bytes_were_promised() -> None:
    with pytest.raises(ProtocolError, match=r"text comes where raw16 was promised.*12\\r\\n13.*lines@"):
        BareDecoder("raw16").feed(b"12\r\n13\r\n" * 400)
    assert not is_text(ROOM.tobytes()) and not is_text(b"")


@pytest.mark.parametrize("between", [",", "\t", " ", ", ", ";"])
def test_lines_of_the_data_forwarder(between: str) -> None:
    decoder = BareDecoder("lines")
    text = "3\r\n" + "".join(f"{value}{between}7{between}9\r\n" for value in (-32_768, 0, 32_767)) + "11"
    heard = [decoder.feed(text[:9].encode()), decoder.feed(text[9:].encode())]
    assert np.concatenate(heard).tolist() == [-32_768, 0, 32_767]
    assert (decoder.columns, decoder.unread) == (3, 0)


def test_the_first_line_may_be_half_of_one_and_a_wrong_one_is_counted() -> None:
    decoder = BareDecoder("lines")
    assert decoder.feed(b"45\n12.4\n1x2\n\n-8\n").tolist() == [12, -8]
    assert decoder.unread == 1


def test_two_lines_that_ran_together_are_one_that_cannot_be_read() -> None:
    decoder = BareDecoder("lines")
    decoder.feed(b"0\n" + b"4087\n" * 400)
    assert decoder.feed(b"4087\n40874672\n4087\n").tolist() == [4_087, 4_087]
    assert (decoder.unread, decoder.last_unread) == (1, "40874672")
    with pytest.raises(ProtocolError, match=r"value is no 16-bit sample: 70000.0"):
        decoder.feed(b"70000\n" * 10)


def test_only_white_noise_of_full_height_is_one_of_bytes() -> None:
    bytes_of_noise = np.frombuffer(RNG.bytes(8_000), "<i2")
    loud = (30_000 * np.sign(np.sin(np.arange(4_000) / 7))).astype(np.int16)
    quiet = RNG.normal(0, 3_000, 4_000).astype(np.int16)
    assert [is_noise_of_bytes(sound) for sound in (bytes_of_noise, loud, quiet)] == [True, False, False]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (ROOM.tobytes(), "no lines come|lines are no numbers"),
        (b"Sampling started\n" * 20, "lines are no numbers: 'Sampling started'"),
        (b"0\n70000\n", "value is no 16-bit sample: 70000.0"),
        (b"0.25\n-0.5\n" * 100, "between -1 and 1.*32767"),
    ],
)
def test_lines_that_are_no_sound(data: bytes, said: str) -> None:
    with pytest.raises(ProtocolError, match=said):
        BareDecoder("lines").feed(data)
