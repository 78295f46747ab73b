"""The nRF52840's USB driver: its registers against Nordic's SVD file, its work on a model of USBD that is ours."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from svd import Svd, checked, complaints, load_svd
from usb_host import CONFIGURATION, GET_LINE_CODING, NAK, SET_CONTROL_LINE_STATE, STALL, STRING, Setup
from usbd_model import PORT, UsbdModel, build

TOUCH = 0x57
ENGLISH = 0x0409


@pytest.fixture(scope="module")
def svd() -> Svd:
    return load_svd("nrf52840.svd")


@pytest.fixture(scope="module")
def elf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    names = ("KWS_SERIAL_VID=0x2886", "KWS_SERIAL_PID=0x8045", f"KWS_SERIAL_TOUCH={TOUCH}", 'KWS_BOARD_NAME="model"')
    return build(tmp_path_factory.mktemp("usbd"), names)


@pytest.fixture
def board(elf: bytes, svd: Svd) -> Iterator[UsbdModel]:
    model = UsbdModel(elf, svd)
    model.run(2)
    model.reset()
    yield model
    assert model.wrong == []


@pytest.fixture
def opened(board: UsbdModel) -> UsbdModel:
    board.enumerate()
    board.line_coding(115200)
    board.dtr(True)
    return board


def test_every_register_stands_where_the_svd_file_has_it(svd: Svd) -> None:
    header = (PORT / "usb_nrf52840_regs.h").read_text()
    assert complaints(header, svd) == [] and checked(header) > 60


def test_a_host_enumerates_the_board(board: UsbdModel) -> None:
    board.enumerate()
    assert len(board.descriptor(CONFIGURATION)) == 75
    assert board.descriptor(STRING, 3, ENGLISH)[2:].decode("utf-16-le") == "ABCDEF0123456789"
    assert board.ask(Setup(0x80, 8, length=1)) == b"\1"
    assert {0x81, 0x82, 0x02} <= set(board.toggles_cleared)


def test_wrong_requests_are_refused(opened: UsbdModel) -> None:
    opened.setup(Setup(0x80, 6, 6 << 8, 0, 10))
    assert opened.control_in() == STALL
    assert len(opened.descriptor(1)) == 18


def test_line_coding_arrives(opened: UsbdModel) -> None:
    opened.line_coding(921_600)
    assert opened.ask(Setup(0xA1, GET_LINE_CODING, 0, 0, 7)) == (921_600).to_bytes(4, "little") + bytes((0, 0, 8))


def test_data_comes_back_through_random_refusals(opened: UsbdModel) -> None:
    choice, came, at = random.Random(17), bytearray(), 0
    sent = choice.randbytes(16_384)
    for _ in range(20_000):
        if choice.random() < 0.5:
            part = sent[at : at + choice.choice((1, 63, 64, 64))]
            at += len(part) if part and opened.bulk_out(part) else 0
        elif isinstance(packet := opened.bulk_in(), bytes):
            came += packet
        if len(came) == len(sent):
            break
    assert came == sent


def test_a_halted_endpoint_stalls_until_it_is_cleared(opened: UsbdModel) -> None:
    for endpoint in (0x82, 0x02):
        opened.tell(Setup(2, 3, 0, endpoint))
    assert opened.bulk_in() == STALL and not opened.bulk_out(b"x")
    for endpoint in (0x82, 0x02):
        opened.tell(Setup(2, 1, 0, endpoint))
    assert opened.bulk_out(b"through") and opened.bulk_in() == b"through"


def test_a_sleeping_host_gets_nothing_until_it_wakes(opened: UsbdModel, svd: Svd) -> None:
    opened.event(svd.field("USBD.EVENTCAUSE.SUSPEND").mask)
    assert opened.bulk_out(b"kept")
    opened.run(20)
    assert opened.bulk_in() == NAK
    opened.event(svd.field("USBD.EVENTCAUSE.RESUME").mask)
    assert opened.bulk_in() == b"kept"


def test_the_touch_says_to_the_boot_loader_what_the_board_file_says(opened: UsbdModel) -> None:
    opened.line_coding(1200)
    assert not opened.was_reset
    opened.setup(Setup(0x21, SET_CONTROL_LINE_STATE, 0))
    assert opened.control_in() == b""  # the host got its answer before
    opened.run(1000)
    assert opened.was_reset and opened.get("POWER.GPREGRET") == TOUCH and not opened.connected


def test_a_cable_may_come_later_and_go(elf: bytes, svd: Svd) -> None:
    board = UsbdModel(elf, svd, cable=False)
    board.run(4)
    assert not board.connected and board.get("USBD.ENABLE") == 0
    board.cable = True
    board.run(4)
    assert board.connected
    board.reset()
    board.enumerate()
    board.cable = False
    board.run(4)
    assert not board.connected and board.get("USBD.ENABLE") == 0
    assert board.wrong == []
