"""Messages on the wire."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.system.protobuf import BYTES, FIXED32, VARINT, bytes_field, fields, varint_field

NUMBERS = st.integers(1, 2**29 - 1)
WHOLE = st.integers(0, 2**64 - 1)


@given(st.lists(st.one_of(st.tuples(NUMBERS, WHOLE), st.tuples(NUMBERS, st.binary(max_size=300)))))
def test_what_is_written_is_read(written: list[tuple[int, int | bytes]]) -> None:
    message = b"".join(
        varint_field(number, value) if isinstance(value, int) else bytes_field(number, value)
        for number, value in written
    )
    read = list(fields(message))
    assert [(one.number, one.value if one.kind == VARINT else bytes(one.data)) for one in read] == written
    assert b"".join(one.encoded for one in read) == message


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_refused(message: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert b"".join(one.encoded for one in fields(message)) == message


def test_known_encodings() -> None:
    """The examples of protobuf.dev's guide: 150 in field 1, "testing" in field 2; and a float of 1 in field 3."""
    message = b"\x08\x96\x01\x12\x07testing\x1d\x00\x00\x80?"
    whole, text, number = fields(message)
    assert (whole.number, whole.kind, whole.value) == (1, VARINT, 150)
    assert (text.number, text.kind, bytes(text.data)) == (2, BYTES, b"testing")
    assert (number.number, number.kind, bytes(number.data)) == (3, FIXED32, b"\x00\x00\x80?")
    assert varint_field(1, 150) + bytes_field(2, b"test", b"ing") == message[:12]
    assert varint_field(1, -1) == b"\x08" + b"\xff" * 9 + b"\x01"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b"\x08", id="a key without a value"),
        pytest.param(b"\x12\x07test", id="less bytes than the length says"),
        pytest.param(b"\x1d\x00", id="half a float"),
        pytest.param(b"\x0b\x00", id="a group"),
        pytest.param(b"\x00\x00", id="field 0"),
        pytest.param(b"\x08" + b"\xff" * 11, id="a number without an end"),
    ],
)
def test_broken_messages_are_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match="at byte"):
        list(fields(message))
