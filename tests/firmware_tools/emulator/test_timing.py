"""Loads and stores watched as they run: what they cost, and that a core that is watched computes the same."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import serial
from spotter_case import BUILD, spotter_case
from synthetic_models import keyword_model

from firmware_tools.boards.spec import BoardSpec, FlashSpec, load_board
from firmware_tools.emulator.board import EmulatedBoard
from firmware_tools.errors import BoardError
from firmware_tools.flashers.emulated import EmulatedFlasher
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.image.build import FirmwareImage, build_image
from firmware_tools.link.session import open_board
from firmware_tools.spotter.layers import APP, layer_cycles, layer_sources
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.tflite.graph import read_tflite

BOARD = load_board("emulated")
M0PLUS = replace(BOARD, core="cortex-m0+")
SLOW_FLASH = FlashSpec(BOARD.flash.origin, BOARD.flash.bytes, wait_states=3)
CHECK = Path(__file__).parents[2] / "parts" / "board_check.c"
RAM = BOARD.ram.origin + 0x100
READS = 1000
UNALIGNED_C = """
#include "kws_port.h"
int main(void)
{
    kws_port_init();
    kws_port_uart_write((const uint8_t *)"up\\n", 3);
    while (kws_port_uart_read() < 0)
        kws_port_idle();
    return (int)*(volatile uint32_t *)0x20000101u;
}
"""


@pytest.fixture(scope="module")
def check_image(tmp_path_factory: pytest.TempPathFactory) -> FirmwareImage:
    return build_image(BOARD, CHECK, {}, tmp_path_factory.mktemp("board_check"))


@contextmanager
def _powered(board: BoardSpec, image: FirmwareImage, folder: Path) -> Iterator[tuple[EmulatedBoard, serial.Serial]]:
    folder.mkdir(exist_ok=True)
    (folder / "flash.bin").write_bytes(image.bin.read_bytes())
    with EmulatedBoard(board, folder) as powered, serial.Serial(powered.port, board.baud, timeout=5) as port:
        port.read_until(b"up\n")
        yield powered, port


def _cycles_of_reads(port: serial.Serial, address: int) -> int:
    port.write(b"r" + struct.pack("<II", address, READS))
    return int(struct.unpack("<I", port.read(4))[0])


def _more(port: serial.Serial, address: int) -> float:
    """Cycles that a read of a word takes more than one of an aligned word in RAM."""
    return (_cycles_of_reads(port, address) - _cycles_of_reads(port, RAM)) / READS


def test_without_wait_states_and_charges_nothing_is_watched(check_image: FirmwareImage, tmp_path: Path) -> None:
    with _powered(BOARD, check_image, tmp_path) as (board, port):
        assert [_more(port, address) for address in (0, RAM + 1, RAM + 2)] == [0, 0, 0]
        assert (board.stats()["unaligned"], board.stats()["flash_reads"]) == (0, 0)


def test_constants_in_flash_are_waited_for(check_image: FirmwareImage, tmp_path: Path) -> None:
    with _powered(replace(BOARD, flash=SLOW_FLASH), check_image, tmp_path) as (board, port):
        before = board.stats()
        assert [_more(port, address) for address in (0, RAM + 1, RAM + 2)] == [3, 0, 0]
        after = board.stats()
        assert after["unaligned"] - before["unaligned"] == 2 * READS
        assert READS <= after["flash_reads"] - before["flash_reads"] < READS + 50


def test_a_load_whose_condition_fails_reads_nothing(tmp_path: Path) -> None:
    board = replace(BOARD, flash=SLOW_FLASH)
    image = build_image(board, CHECK.with_name("conditional_loads.c"), {}, tmp_path / "image")
    with _powered(board, image, tmp_path / "state") as (powered, port):

        def reads(flags: int) -> tuple[int, int]:
            before = powered.stats()["flash_reads"]
            port.write(bytes([flags]))
            held = int(struct.unpack("<I", port.read(4))[0])
            time.sleep(0.02)  # until it sleeps again
            return held, powered.stats()["flash_reads"] - before

        found = [reads(flags) for flags in range(16)]
    assert all(held.bit_count() == 7 for held, _ in found)  # of two opposite conditions one holds
    assert len({held for held, _ in found}) == 16
    assert len({count - (held & 0x2AAA).bit_count() for held, count in found}) == 1
    assert len({count for _, count in found}) > 3


def test_unaligned_words_cost_what_the_manual_says(check_image: FirmwareImage, tmp_path: Path) -> None:
    with _powered(replace(BOARD, timing="harshest"), check_image, tmp_path) as (_, port):
        assert [_more(port, address) for address in (0, RAM + 1, RAM + 2, RAM + 3)] == [2, 2, 1, 2]


@pytest.mark.parametrize("board", [replace(BOARD, timing="harshest"), M0PLUS], ids=["watched", "cortex-m0+"])
def test_scores_are_the_same_bytes(board: BoardSpec, tmp_path: Path) -> None:
    """Features, scores and decisions of clips, and all that a board says of itself."""
    case = spotter_case()
    case = replace(
        case, clips=case.clips[:4], features=case.features[:4], scores=case.scores[:4], decisions=case.decisions[:4]
    )
    EmulatedFlasher(board, tmp_path).flash(build_image(board, "spotter", case.sources, tmp_path / "image").bin)
    with open_board(board, None, tmp_path) as session:
        session.require("spotter", BUILD)
        assert session.hello.board == "emulated"
        case.check(session.link)


def test_layers_take_longer_by_the_harshest_reading_and_no_longer_by_the_kindest(tmp_path: Path) -> None:
    """The layers app too, in whose greeting Unicorn's hooks on memory once read wrong bytes."""
    tflite = keyword_model()
    labels = [f"label{number}" for number in range(read_tflite(tflite).output.elements)]
    sources = layer_sources(tflite, spotter_sources(FrontendSpec(), tflite, labels, 0, BUILD), BUILD)
    image = build_image(BOARD, APP, sources, tmp_path / "image")
    EmulatedFlasher(BOARD, tmp_path).flash(image.bin)
    totals, greetings = [], set()
    for timing in ("kindest", "default", "harshest"):
        with open_board(replace(BOARD, timing=timing), None, tmp_path) as session:
            greetings.add(session.hello)
            totals.append(sum(layer_cycles(session.link)))
    assert len(greetings) == 1
    assert totals[0] <= totals[1] < totals[2] < 2 * totals[1]


def test_a_cortex_m0plus_refuses_unaligned_words(tmp_path: Path) -> None:
    source = tmp_path / "unaligned.c"
    source.write_text(UNALIGNED_C)
    image = build_image(M0PLUS, source, {}, tmp_path / "image")
    with pytest.raises(serial.SerialException), _powered(M0PLUS, image, tmp_path / "state") as (board, port):
        port.write(b"go")
        port.read(100)
    assert "unhandled exception" in (board.failure or "")


def test_a_core_that_is_not_there(check_image: FirmwareImage, tmp_path: Path) -> None:
    with (
        pytest.raises(BoardError, match="core cannot be emulated"),
        _powered(replace(BOARD, core="cortex-m3"), check_image, tmp_path),
    ):
        pass
