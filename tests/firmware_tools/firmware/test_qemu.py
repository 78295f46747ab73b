"""Every core on an emulator that is not ours: line, time and spotter of our images on QEMU's machines."""

from __future__ import annotations

import shutil
import time
import zlib
from pathlib import Path

import pytest
from qemu_boards import MACHINES, Machine
from spotter_case import BUILD, spotter_case

from firmware_tools.boards.spec import list_boards
from firmware_tools.link.serial_link import Link
from firmware_tools.protocol.audio_frames import Codec, Source
from firmware_tools.recorder.selftest import self_test


@pytest.fixture(params=MACHINES, ids=lambda machine: f"{machine.board.name}-{machine.board.core}")
def machine(request: pytest.FixtureRequest) -> Machine:
    one: Machine = request.param
    if shutil.which(one.program) is None:
        pytest.skip(f"no {one.program} here")  # before anything is built
    return one


def test_the_recorder_sends_a_ramp_whole_and_tells_its_image(machine: Machine, tmp_path: Path) -> None:
    image = machine.build("recorder", {}, tmp_path)
    with machine.running(image) as port, Link(port, machine.board.baud) as link:
        hello = link.hello()
        assert (hello.app, hello.board, hello.clock_hz) == ("recorder", machine.board.name, machine.clock_hz)
        assert hello.firmware == f"{zlib.crc32(image.bin.read_bytes()):08x}"
        for source, codec in ((Source.RAMP, Codec.PCM16), (Source.TONE, Codec.ADPCM)):
            result = self_test(link, source, 16_000, codec)
            assert result.passed, result
        first, begun = link.status().board_us, time.monotonic()
        time.sleep(0.5)
        passed_us = link.status().board_us - first
        assert 0.9 < passed_us / 1e6 / (time.monotonic() - begun) < 1.1


def test_the_spotter_says_what_the_host_says_byte_for_byte(machine: Machine, tmp_path: Path) -> None:
    case = spotter_case()
    image = machine.build("spotter", case.sources, tmp_path)
    with machine.running(image) as port, Link(port, machine.board.baud) as link:
        assert link.hello().build == BUILD
        case.check(link)
    print(
        machine.board.name, len(case.clips), "clips,", image.flash_bytes, "bytes of flash,", image.ram_bytes, "of RAM"
    )


def test_the_machines_of_tests_are_nobodys_boards() -> None:
    assert not {board.port for board in list_boards()} & {"qemu_mps", "qemu_virt"}
