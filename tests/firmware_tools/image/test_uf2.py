"""UF2 and Intel HEX: what is written is what is read, and what is damaged is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.errors import FirmwareError
from firmware_tools.image.intel_hex import to_intel_hex
from firmware_tools.image.uf2 import FAMILIES, Uf2, family_number, from_uf2, to_uf2


@given(
    st.binary(min_size=1, max_size=2_000),
    st.integers(0, 0xFFFF).map(lambda page: page * 0x1000),
    st.sampled_from(sorted(FAMILIES.values())),
    st.randoms(use_true_random=False),
)
def test_what_is_written_is_read_in_whatever_order_the_blocks_come(
    content: bytes, origin: int, family: int, order: object
) -> None:
    data = to_uf2(content, origin, family)
    blocks = [data[start : start + 512] for start in range(0, len(data), 512)]
    order.shuffle(blocks)  # type: ignore[attr-defined]
    assert from_uf2(b"".join(blocks)) == Uf2(content + b"\xff" * (-len(content) % 256), origin, family)


def test_a_block_byte_by_byte() -> None:
    """https://github.com/microsoft/uf2, "File format"; the family is the RP2040's."""
    block = to_uf2(b"kws", 0x10000000, FAMILIES["rp2040"])
    head = "5546320a57515d9e0020000000000010000100000000000001000000" + "56ff8be4"
    assert block.hex() == head + b"kws".hex() + "ff" * 253 + "00" * 220 + "306fb10a"


def damaged(how: str) -> bytes:
    good = to_uf2(bytes(600), 0x1000, 7)
    other = to_uf2(bytes(600), 0x1000, 8)
    return {
        "empty": b"",
        "cut off": good[:-1],
        "first magic": b"\0" + good[1:],
        "last magic": good[:-1] + b"\0",
        "a block short": good[512:],
        "two families": good[:512] + other[512:],
        "too long a part": good[:16] + (477).to_bytes(4, "little") + good[20:],
    }[how]


@pytest.mark.parametrize(
    "how", ["empty", "cut off", "first magic", "last magic", "a block short", "two families", "too long a part"]
)
def test_what_is_damaged_is_refused(how: str) -> None:
    with pytest.raises(FirmwareError):
        from_uf2(damaged(how))


def test_a_family_is_known_by_name_or_number() -> None:
    assert family_number("nrf52840") == family_number(0xADA52840) == 0xADA52840
    for wrong in ("rp2041", -1, 1 << 32):
        with pytest.raises(FirmwareError, match=r"unknown UF2 family.*rp2040"):
            family_number(wrong)


@given(st.binary(min_size=1, max_size=300), st.sampled_from([0, 0x1000, 0xFFF0, 0x10000000, 0x0800FF00]))
def test_hex_lines_hold_the_same_bytes_at_the_same_places(content: bytes, origin: int) -> None:
    upper, found = 0, {}
    lines = to_intel_hex(content, origin).splitlines()
    for line in lines:
        record = bytes.fromhex(line.removeprefix(":"))
        assert line[0] == ":" and sum(record) & 0xFF == 0 and len(record) == record[0] + 5
        if record[3] == 4:
            upper = int.from_bytes(record[4:6], "big") << 16
        elif record[3] == 0:
            start = upper + int.from_bytes(record[1:3], "big")
            found.update({start + n: byte for n, byte in enumerate(record[4:-1])})
    assert lines[-1] == ":00000001FF"
    assert found == {origin + n: byte for n, byte in enumerate(content)}
