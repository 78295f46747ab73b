"""The firmware's USB stack (``firmware/shared/usb``) against a host that speaks USB 2.0 and CDC by the book."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.parts.usb_host import (
    CONFIGURATION,
    DEVICE,
    GET_LINE_CODING,
    NAK,
    PACKET,
    PID,
    SEND_BREAK,
    SET_CONTROL_LINE_STATE,
    SET_LINE_CODING,
    STALL,
    STRING,
    VID,
    Host,
    Setup,
    opened,
)

ENGLISH = 0x0409
RING = 1024


def parts(content: bytes) -> list[bytes]:
    """The descriptors in a configuration."""
    found = []
    while content:
        assert 2 <= content[0] <= len(content)
        found.append(content[: content[0]])
        content = content[content[0] :]
    return found


def text_of(descriptor: bytes) -> str:
    assert descriptor[0] == len(descriptor) and descriptor[1] == STRING
    return descriptor[2:].decode("utf-16-le")


# ---- descriptors ----------------------------------------------------------------------------------------------------


def test_the_device_says_its_maker_and_its_class() -> None:
    device = Host().descriptor(DEVICE)
    assert len(device) == device[0] == 18
    assert device[1:8] == bytes((DEVICE, 0x00, 0x02, 0xEF, 2, 1, PACKET))
    assert device[8:12] == VID.to_bytes(2, "little") + PID.to_bytes(2, "little")
    assert device[14:] == bytes((1, 2, 3, 1))


def test_the_configuration_is_one_serial_line_and_every_length_is_right() -> None:
    content = Host().descriptor(CONFIGURATION)
    assert len(content) == int.from_bytes(content[2:4], "little") == 75
    head, association, control, *functional, notify, data, out, into = parts(content)
    assert (head[0], head[1], head[4], head[5], head[7], head[8]) == (9, CONFIGURATION, 2, 1, 0x80, 50)
    assert association == bytes((8, 11, 0, 2, 2, 2, 0, 0))
    assert control == bytes((9, 4, 0, 0, 1, 2, 2, 0, 0))
    assert functional == [b"\5\x24\0\x10\1", b"\5\x24\1\0\1", b"\4\x24\2\6", b"\5\x24\6\0\1"]
    assert notify == bytes((7, 5, 0x81, 3, 8, 0, 16))
    assert data == bytes((9, 4, 1, 0, 2, 10, 0, 0, 0))
    assert out == bytes((7, 5, 0x02, 2, 64, 0, 0))
    assert into == bytes((7, 5, 0x82, 2, 64, 0, 0))


def test_strings_name_the_board_and_its_chip() -> None:
    host = Host("0123456789ABCDEF", "xiao_nrf52840_sense")
    assert host.descriptor(STRING, 0) == b"\4\3\x09\x04"
    texts = [text_of(host.descriptor(STRING, index, ENGLISH)) for index in (1, 2, 3)]
    assert texts == ["kws", "kws on xiao_nrf52840_sense", "0123456789ABCDEF"]


@pytest.mark.parametrize("length", [24, 31, 55])
def test_an_answer_of_full_packets_shorter_than_asked_ends_with_an_empty_one(length: int) -> None:
    host = Host(board="b" * (length - 7))
    host.setup(Setup(0x80, 6, STRING << 8 | 2, ENGLISH, 255))
    sizes = []
    while isinstance(packet := host.control_in(), bytes):
        sizes.append(len(packet))
    whole = 2 + 2 * length
    assert sizes == [PACKET] * (whole // PACKET) + [whole % PACKET]
    assert host.control_out(b"") == 0


def test_an_answer_of_full_packets_as_long_as_asked_ends_without() -> None:
    host = Host(board="b" * 24)
    host.setup(Setup(0x80, 6, STRING << 8 | 2, ENGLISH, PACKET))
    assert isinstance(packet := host.control_in(), bytes) and len(packet) == PACKET
    assert host.control_in() == NAK and host.control_out(b"") == 0


@pytest.mark.parametrize("length", [0, 1, 8, 9, 64, 75, 65535])
def test_no_more_is_sent_than_was_asked_for(length: int) -> None:
    assert len(Host().descriptor(CONFIGURATION, length=length)) == min(length, 75)


# ---- requests -------------------------------------------------------------------------------------------------------


def test_a_host_enumerates_the_board() -> None:
    host = Host()
    host.enumerate()
    assert host.addresses == [7] and host.ask(Setup(0x80, 8, length=1)) == b"\1"
    assert host.count("misuse") == 0


def test_the_address_counts_only_after_the_status_stage() -> None:
    host = Host()
    host.setup(Setup(0, 5, 42))
    assert host.addresses == []
    assert host.control_in() == b"" and host.addresses == [42]


def test_an_address_that_a_new_request_overtook_is_not_taken() -> None:
    host = Host()
    host.setup(Setup(0, 5, 42))
    host.descriptor(DEVICE)
    assert host.addresses == []


WRONG = {
    "descriptor that is not there": Setup(0x80, 6, 6 << 8, 0, 10),
    "second configuration": Setup(0x80, 6, CONFIGURATION << 8 | 1, 0, 9),
    "fifth string": Setup(0x80, 6, STRING << 8 | 4, ENGLISH, 255),
    "string in German": Setup(0x80, 6, STRING << 8 | 2, 0x0407, 255),
    "address above 127": Setup(0, 5, 128),
    "address with data": Setup(0, 5, 1, 0, 1),
    "configuration 2": Setup(0, 9, 2),
    "alternate setting 1": Setup(1, 11, 1, 0),
    "interface 2": Setup(0x81, 10, 0, 2, 1),
    "status of endpoint 3": Setup(0x82, 0, 0, 3, 2),
    "halt of endpoint 0": Setup(2, 3, 0, 0),
    "feature 1 of an endpoint": Setup(2, 3, 1, 2),
    "remote wake-up": Setup(0, 3, 1),
    "test mode": Setup(0, 3, 2, 0x0100),
    "descriptor written": Setup(0, 7, DEVICE << 8, 0, 18),
    "frame number": Setup(0x82, 12, 0, 0x82, 2),
    "vendor's request": Setup(0xC0, 1, 0, 0, 8),
    "line coding of the data interface": Setup(0x21, SET_LINE_CODING, 0, 1, 7),
    "line coding of 6 bytes": Setup(0x21, SET_LINE_CODING, 0, 0, 6),
    "line state with data": Setup(0x21, SET_CONTROL_LINE_STATE, 1, 0, 1),
    "communication feature": Setup(0xA1, 3, 1, 0, 2),
}


@pytest.mark.parametrize("setup", WRONG.values(), ids=WRONG)
def test_what_is_not_right_is_refused_and_the_next_request_answered(setup: Setup) -> None:
    host = opened()
    host.setup(setup)
    assert host.control_in() == STALL and host.control_out(b"") == STALL
    assert len(host.descriptor(DEVICE)) == 18
    assert host.lib.kws_usb_open() and host.count("misuse") == 0


@pytest.mark.parametrize(
    "setup",
    [
        Setup(0x81, 0, 0, 0, 2),
        Setup(0x81, 10, 0, 0, 1),
        Setup(1, 11, 0, 1),
        Setup(0x82, 0, 0, 0x82, 2),
        Setup(2, 3, 0, 2),
        Setup(0x21, SET_CONTROL_LINE_STATE, 1),
        Setup(0xA1, GET_LINE_CODING, 0, 0, 7),
    ],
)
def test_interfaces_and_endpoints_are_there_only_when_configured(setup: Setup) -> None:
    host = Host()
    host.setup(setup)
    assert host.control_in() == STALL
    host.enumerate()
    host.setup(setup)
    assert isinstance(host.control_in(), bytes)


def test_status_and_settings_are_told() -> None:
    host = opened()
    assert host.ask(Setup(0x80, 0, length=2)) == b"\0\0"
    assert host.ask(Setup(0x81, 0, 0, 1, 2)) == b"\0\0"
    assert host.ask(Setup(0x82, 0, 0, 0, 2)) == b"\0\0"
    assert host.ask(Setup(0x81, 10, 0, 1, 1)) == b"\0"
    host.tell(Setup(1, 11, 0, 1))
    host.tell(Setup(0x21, SEND_BREAK, 500))
    host.tell(Setup(0, 9, 0))
    assert host.ask(Setup(0x80, 8, length=1)) == b"\0"
    assert not host.lib.kws_usb_open() and not host.bulk_out(b"x")


def test_line_coding_is_kept_until_the_bus_is_reset() -> None:
    host = opened()
    coding = (921_600).to_bytes(4, "little") + bytes((2, 1, 7))
    host.tell(Setup(0x21, SET_LINE_CODING, 0, 0, 7), coding)
    assert host.ask(Setup(0xA1, GET_LINE_CODING, 0, 0, 7)) == coding
    host.lib.host_reset()
    host.enumerate()
    assert host.ask(Setup(0xA1, GET_LINE_CODING, 0, 0, 7)) == (115_200).to_bytes(4, "little") + bytes((0, 0, 8))


@pytest.mark.parametrize("length", [0, 6, 8])
def test_line_coding_of_another_length_than_announced_is_refused(length: int) -> None:
    host = opened()
    host.setup(Setup(0x21, SET_LINE_CODING, 0, 0, 7))
    host.control_out(bytes(length))
    assert host.control_in() == STALL
    assert host.ask(Setup(0xA1, GET_LINE_CODING, 0, 0, 7))[:4] == (115_200).to_bytes(4, "little")


def test_a_halted_endpoint_stalls_until_it_is_cleared_and_loses_nothing() -> None:
    host = opened()
    host.lib.kws_usb_write(b"under way", 9)
    for endpoint in (0x81, 0x82, 0x02):
        host.tell(Setup(2, 3, 0, endpoint))
        assert host.ask(Setup(0x82, 0, 0, endpoint, 2)) == b"\1\0"
    host.lib.kws_usb_write(b", more", 6)
    assert host.bulk_in() == STALL and not host.bulk_out(b"x")
    for endpoint in (0x81, 0x82, 0x02):
        host.tell(Setup(2, 1, 0, endpoint))
        assert host.ask(Setup(0x82, 0, 0, endpoint, 2)) == b"\0\0"
    assert host.read() == b"under way, more" and host.bulk_out(b"x")
    assert host.count("misuse") == 0


# ---- 1200 baud ------------------------------------------------------------------------------------------------------


def test_the_1200_baud_touch_enters_the_boot_loader_after_the_host_got_its_answer() -> None:
    host = opened()
    host.line_coding(1200)
    assert host.count("boots") == 0
    host.setup(Setup(0x21, SET_CONTROL_LINE_STATE, 0))
    assert host.count("boots") == 0
    assert host.control_in() == b"" and host.count("boots") == 1


def test_no_other_way_leads_into_the_boot_loader() -> None:
    host = opened()
    host.dtr(False)
    host.line_coding(1200)
    host.dtr(False)
    host.dtr(True)  # opened at 1200: not yet
    host.line_coding(1201)
    host.dtr(False)
    host.dtr(True)
    host.line_coding(1200)
    host.tell(Setup(0, 9, 1))
    host.lib.host_reset()
    host.enumerate()
    host.dtr(True)
    host.dtr(False)  # the rate was forgotten with the reset
    assert host.count("boots") == 0


# ---- data -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [1, 63, 64, 65, 128, 1000])
def test_a_full_last_packet_is_followed_by_an_empty_one(length: int) -> None:
    host = opened()
    host.lib.kws_usb_write(bytes(length), length)
    sizes = [len(packet) for packet in host.packets()]
    assert sum(sizes) == length and sizes[-1] < PACKET and sizes[:-1] == [PACKET] * (len(sizes) - 1)


def test_a_megabyte_comes_back_byte_for_byte_through_random_refusals() -> None:
    host, choice = opened(), random.Random(17)
    sent = choice.randbytes(1 << 20)
    came, at = bytearray(), 0

    def host_acts() -> None:
        nonlocal at
        while choice.random() < 0.7:
            if choice.random() < 0.5:
                part = sent[at : at + choice.choice((1, 63, 64, 64, 64))]
                at += len(part) if host.bulk_out(part) else 0
            elif isinstance(packet := host.bulk_in(), bytes):
                came.extend(packet)

    host.while_waiting(host_acts)
    while at < len(sent):
        host.lib.app_echo()
    host.lib.app_echo()
    came += host.read()
    assert came == sent and host.count("misuse") == 0


def test_a_full_receiver_refuses_and_takes_again_when_there_is_room() -> None:
    host = opened()
    sent = 0
    while host.bulk_out(bytes(64)):
        sent += 64
    assert RING - PACKET < sent <= RING
    assert not host.bulk_out(b"x")
    for _ in range(PACKET):
        assert host.lib.kws_usb_read() == 0
    assert host.bulk_out(b"y")
    rest = [host.lib.kws_usb_read() for _ in range(sent - PACKET + 1)]
    assert rest[-1] == ord("y") and host.lib.kws_usb_read() == -1


def waited_us(host: Host, data: bytes) -> int:
    before = host.time_us
    host.lib.kws_usb_write(data, len(data))
    return host.time_us - before


def test_a_write_that_nobody_hears_is_dropped_after_20_ms_and_the_next_ones_at_once() -> None:
    host = Host()
    assert 20_000 < waited_us(host, b"to nobody") < 25_000
    assert waited_us(host, b"to nobody") < 1_000
    host.enumerate()
    host.dtr(True)
    host.lib.kws_usb_write(b"heard", 5)
    assert host.read() == b"heard"


def test_a_reader_that_stops_holds_the_board_up_for_a_second_at_most() -> None:
    host = opened()
    assert 1_000_000 < waited_us(host, bytes(3 * RING)) < 1_100_000
    assert waited_us(host, bytes(3 * RING)) < 1_000
    assert len(host.read()) == RING
    host.lib.kws_usb_write(b"there again", 11)
    assert host.read() == b"there again"


def test_who_opens_next_does_not_get_the_end_of_an_old_talk() -> None:
    host = opened()
    host.lib.kws_usb_write(b"a" * 500, 500)
    host.dtr(False)
    assert not host.lib.kws_usb_open()
    host.dtr(True)
    host.lib.kws_usb_write(b"new", 3)
    assert host.read() == b"a" * PACKET + b"new"  # one packet was under way


def test_a_sleeping_host_counts_as_closed() -> None:
    host = opened()
    host.lib.kws_usb_on_suspend(True)
    assert not host.lib.kws_usb_open()
    host.lib.kws_usb_on_suspend(False)
    assert host.lib.kws_usb_open()


def test_after_a_reset_the_line_works_again() -> None:
    host = opened()
    host.lib.kws_usb_write(b"before", 6)
    host.lib.host_reset()
    assert not host.lib.kws_usb_open() and host.bulk_in() == NAK
    host.enumerate()
    host.dtr(True)
    assert host.bulk_out(b"after") and host.lib.app_echo() == 5
    assert host.read() == b"after" and host.count("misuse") == 0


# ---- anything -------------------------------------------------------------------------------------------------------

BYTE, WORD = st.integers(0, 255), st.integers(0, 65535)
SETUPS = st.builds(
    Setup,
    st.sampled_from((0, 1, 2, 0x20, 0x21, 0x22, 0x80, 0x81, 0x82, 0xA1, 0xC0)) | BYTE,
    st.integers(0, 12) | st.integers(0x20, 0x23) | BYTE,
    st.integers(0, 3) | st.builds(lambda high, low: high << 8 | low, st.integers(0, 7), st.integers(0, 4)) | WORD,
    st.sampled_from((0, 1, 2, 0x80, 0x81, 0x82, ENGLISH)) | WORD,
    st.sampled_from((0, 1, 2, 7, 9, 64, 255)) | WORD,
)
DOINGS = st.one_of(
    SETUPS.map(lambda setup: ("setup", setup)),
    st.just(("control_in", None)),
    st.binary(max_size=PACKET).map(lambda data: ("control_out", data)),
    st.just(("bulk_in", None)),
    st.binary(max_size=PACKET).map(lambda data: ("bulk_out", data)),
    st.binary(max_size=200).map(lambda data: ("write", data)),
    st.just(("echo", None)),
    st.sampled_from(((0, 9, 1, 0, 0), (0x21, 0x22, 1, 0, 0))).map(lambda five: ("setup", Setup(*five))),
)


def do(host: Host, what: str, data: bytes | Setup | None) -> None:
    if isinstance(data, Setup):
        host.setup(data)
    elif what == "write":
        assert isinstance(data, bytes)
        host.lib.kws_usb_write(data, len(data))
    elif what == "echo":
        host.lib.app_echo()
    else:
        method = getattr(host, what)
        method() if data is None else method(data)


@settings(max_examples=400)
@given(st.booleans(), st.lists(DOINGS, max_size=40))
def test_whatever_a_host_does_the_driver_is_used_right_and_the_board_can_be_enumerated(
    open_first: bool, doings: list[tuple[str, bytes | Setup | None]]
) -> None:
    host = opened() if open_first else Host()
    for what, data in doings:
        do(host, what, data)
    assert host.count("misuse") == 0
    host.lib.host_reset()
    host.enumerate()
    host.dtr(True)
    host.lib.app_echo()
    host.read()
    assert host.bulk_out(b"echo") and host.lib.app_echo() == 4
    assert host.read() == b"echo" and host.count("misuse") == 0


@settings(max_examples=400)
@given(SETUPS)
def test_every_request_is_answered_or_refused(setup: Setup) -> None:
    host = opened()
    host.setup(setup)
    answer = host.control_in()
    if setup.kind & 0x80 and setup.length and isinstance(answer, bytes):
        assert len(answer) <= min(setup.length, PACKET)
    else:  # done, refused, or waiting for the data that the request announced
        assert answer in (b"", STALL) or (answer == NAK and setup.request == SET_LINE_CODING and setup.length == 7)
