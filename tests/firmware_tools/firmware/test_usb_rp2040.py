"""The USB line of a board with an RP2040, on rp2040js, which is not ours: its controller, its host, a megabyte."""

from __future__ import annotations

import dataclasses
import json
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from firmware_tools.boards.port import peripheral
from firmware_tools.boards.spec import load_board
from firmware_tools.emulator.node import find_node, find_rp2040js
from firmware_tools.errors import BoardError
from firmware_tools.image.build import build_image

PARTS = Path(__file__).parents[2] / "parts"
VID, PID = 0x2E8A, 0x000A
MEGABYTE = 1 << 20
TIMEOUT_S = 500
BREAKPOINT = 0x55  # of the boot ROM's stand-in, in usb_host.mjs

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Talk:
    """What ``usb_host.mjs`` saw; the bytes that it sent and got."""

    seen: dict[str, Any]
    sent: bytes
    came: bytes


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    try:
        node, package = find_node(), find_rp2040js()
    except BoardError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("usb")
    pico = load_board("pico")
    usb = peripheral({"kind": "usb", "vid": VID, "pid": PID}, pico.family.serials, "pico")
    image = build_image(dataclasses.replace(pico, serial=usb), PARTS / "usb_echo.c", {}, folder)
    sent = random.Random(17).randbytes(MEGABYTE)
    (folder / "sent").write_bytes(sent)
    command = [node, PARTS / "usb_host.mjs", package, image.bin, folder / "sent", folder / "came"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr
    return Talk(json.loads(done.stdout), sent, (folder / "came").read_bytes())


def test_the_host_finds_a_serial_line_of_this_maker(talk: Talk) -> None:
    assert talk.seen["connected"] and talk.seen["address"] == 1
    assert talk.seen["ids"] == [VID, PID]
    maker, product, serial = talk.seen["texts"]
    assert (maker, product) == ("kws", "kws on pico")
    assert serial == "0" * 16  # the package's flash has no number


def test_requests_are_answered_or_refused(talk: Talk) -> None:
    assert talk.seen["refused"] == "stall" and talk.seen["baud"] == 921_600


def test_a_megabyte_comes_back_byte_for_byte(talk: Talk) -> None:
    assert talk.came == talk.sent


def test_no_packet_is_offered_at_the_end_of_a_frame(talk: Talk) -> None:
    assert talk.seen["frames"] > 1000 and talk.seen["given"] > 1 << 14
    assert talk.seen["given_late"] == 0


def test_the_1200_baud_touch_calls_the_boot_rom(talk: Talk) -> None:
    assert talk.seen["boot_before"] == 0 and talk.seen["boot"] == BREAKPOINT
