"""The nRF52840's port: its registers against Nordic's SVD file, its boards' images on a model made from that file."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from nrf52840_machine import PORT, RUNS, Nrf52840
from numpy.typing import NDArray
from svd import Svd, checked, complaints, load_svd
from synthetic_models import keyword_model

from firmware_tools.boards.port import peripheral
from firmware_tools.boards.spec import BoardSpec, load_board
from firmware_tools.engine.host import HostEngine
from firmware_tools.errors import FirmwareError
from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.image.build import build_image
from firmware_tools.link.serial_link import Link
from firmware_tools.protocol.audio_frames import Codec, Source
from firmware_tools.protocol.frames import Type
from firmware_tools.protocol.replies import CommandRefusedError
from firmware_tools.recorder.capture import Block, Capture
from firmware_tools.recorder.clip import record_clip
from firmware_tools.recorder.selftest import self_test
from firmware_tools.spotter import client as spotter
from firmware_tools.spotter.detector import FirmwareDetector
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.tflite.tflm import TflmInterpreter, available

BOARDS = ("nano_33_ble_sense", "nano_33_ble_sense_rev2", "xiao_nrf52840_sense")
BLOCK, SETTLING = 128, 38 * 128  # samples of a DMA buffer, and those thrown away at a start
FAST = 1_000_000  # baud: carries PCM16
RNG = np.random.default_rng(17)


def on_uart(name: str, baud: int = FAST) -> BoardSpec:
    """A board with its UART as its serial line, whatever its file says."""
    board = load_board(name)
    uart = peripheral({"kind": "uart", "tx_pin": 43, "rx_pin": 44}, board.family.serials, name)
    return dataclasses.replace(board, serial=uart, baud=baud)


@pytest.fixture(scope="module")
def svd() -> Svd:
    return load_svd("nrf52840.svd")


@dataclass(frozen=True)
class Running:
    machine: Nrf52840
    link: Link


@contextmanager
def running(board: BoardSpec, image: Path, svd: Svd, *, crystal: bool = True) -> Iterator[Running]:
    with Nrf52840(board, image.read_bytes(), svd, crystal=crystal) as machine, Link(machine.port, board.baud) as link:
        link.hello()
        yield Running(machine, link)
        assert machine.state == RUNS


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_image(on_uart(BOARDS[2]), "recorder", {}, tmp_path_factory.mktemp("nrf52840")).bin


@pytest.fixture
def board(recorder: Path, svd: Svd) -> Iterator[Running]:
    with running(on_uart(BOARDS[2]), recorder, svd) as opened:
        yield opened


# ---- registers -------------------------------------------------------------------------------------------------------


def test_every_register_and_field_is_where_the_vendor_says(svd: Svd) -> None:
    header = (PORT / "nrf52840.h").read_text()
    assert complaints(header, svd) == []
    assert checked(header) > 90


def test_no_register_is_used_beside_the_header() -> None:
    for path in sorted(PORT.glob("nrf52840*.c")):
        found = re.findall(r"0x[45]00[0-9A-Fa-f]{5}", path.read_text())
        assert not found, f"{path.name}: {found}"


# ---- boards ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def as_sold(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The recorder's image of each board, as its file says."""
    folder = tmp_path_factory.mktemp("boards")
    return {name: build_image(load_board(name), "recorder", {}, folder / name).bin for name in BOARDS}


@pytest.mark.parametrize("name", BOARDS)
def test_the_board_builds_and_starts_where_its_loader_jumps_to(name: str, as_sold: dict[str, Path]) -> None:
    board = load_board(name)
    content = as_sold[name].read_bytes()
    stack, reset = int.from_bytes(content[:4], "little"), int.from_bytes(content[4:8], "little")
    assert stack == board.ram.origin + board.stack_bytes
    assert board.flash.origin < reset < board.flash.origin + len(content) and reset & 1
    assert board.flash.origin % 4096 == 0
    assert board.proven and not any("work" in line for line in board.proven)


def test_an_image_that_reaches_into_the_boot_loader_is_refused_with_its_size(tmp_path: Path) -> None:
    app = tmp_path / "big.c"
    app.write_text("const volatile char big[811008] = {1};\nint main(void) { return big[5]; }\n")
    with pytest.raises(FirmwareError, match=r"does not fit xiao_nrf52840_sense: '81\d{4} of 811008 bytes of flash'"):
        build_image(on_uart(BOARDS[2]), app, {}, tmp_path / "out")


def test_a_line_rate_that_the_uart_has_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FirmwareError, match="baud of an nRF52840 is 115200"):
        build_image(on_uart(BOARDS[2], 57_600), "recorder", {}, tmp_path)


# ---- recorder --------------------------------------------------------------------------------------------------------


def test_a_ramp_comes_whole(board: Running) -> None:
    for source, codec in ((Source.RAMP, Codec.PCM16), (Source.TONE, Codec.ADPCM)):
        result = self_test(board.link, source, 16_000, codec)
        assert result.passed, result


def test_the_microphone_is_set_up_as_the_board_file_says(board: Running) -> None:
    board.link.request(Type.RECORD, bytes.fromhex("0000000001000100"))
    board.link.receive(2.0)
    held = {name: board.machine.register(int(value, 0)) for name, value in _numbers().items()}
    assert (held["NRF_PDM_PSEL_CLK"], held["NRF_PDM_PSEL_DIN"]) == (32, 16)
    assert held["NRF_PDM_GAINL"] == held["NRF_PDM_GAINR"] == 0x28 + 30
    assert (held["NRF_PDM_PDMCLKCTRL"], held["NRF_PDM_RATIO"], held["NRF_PDM_MODE"]) == (0x0A000000, 1, 1)
    assert held["NRF_P1_OUTSET"] >> 10 & 1 == 1  # P1.10 feeds the microphone
    assert (held["NRF_UARTE0_PSEL_TXD"], held["NRF_UARTE0_PSEL_RXD"]) == (43, 44)
    board.link.request(Type.STOP)
    assert board.machine.register(int(_numbers()["NRF_P1_OUTSET"], 0)) >> 10 & 1 == 0
    assert board.link.board is not None and board.link.board.gain_db == 15.0


def _numbers() -> dict[str, str]:
    return dict(re.findall(r"#define (NRF_\w+) (0x[45]\w{7})u", (PORT / "nrf52840.h").read_text()))


def test_a_tone_comes_sample_for_sample_without_its_first_three_tenths_of_a_second(board: Running) -> None:
    tone = np.round(12_000 * np.sin(2 * np.pi * 1_000 * np.arange(48_000) / 16_000)).astype(np.int16)
    click = np.full(SETTLING, 32_767, np.int16)
    board.machine.play(np.concatenate([click, tone]))
    for _ in range(2):  # the second take starts the microphone again
        taken = record_clip(board.link, 48_000, codec="pcm16", attempts=1)
        assert taken.ok and taken.overruns == 0, taken.reasons
        np.testing.assert_array_equal(taken.samples, tone)
    assert 0.3 <= SETTLING / 16_000 < 0.31


@pytest.mark.parametrize("cycles", [20, 60, 200])
def test_the_end_of_a_block_may_be_told_after_the_start_of_the_next(board: Running, cycles: int) -> None:
    noise = RNG.integers(-32_768, 32_768, SETTLING + 8_000).astype(np.int16)
    board.machine.end_lag(cycles)
    board.machine.play(noise)
    taken = record_clip(board.link, 8_000, codec="pcm16", attempts=1)
    assert taken.ok and taken.overruns == 0, taken.reasons
    np.testing.assert_array_equal(taken.samples, noise[SETTLING:])


def test_another_rate_than_the_microphones_is_refused(tmp_path: Path, svd: Svd) -> None:
    spec = on_uart(BOARDS[2])
    image = build_image(spec, "recorder", {}, tmp_path, defines=["KWS_SAMPLE_RATE_HZ=8000u"])
    with running(spec, image.bin, svd) as opened, pytest.raises(CommandRefusedError, match="arg"):
        opened.link.request(Type.RECORD, bytes.fromhex("0000000000000100"))


def blocks_of(board: Running, samples: int) -> tuple[list[Block], Capture]:
    taking = Capture(board.link, Codec.PCM16, samples=samples)
    try:
        return list(taking), taking
    finally:
        taking.close()


@pytest.mark.parametrize(("first", "last", "lost"), [(6_000, 6_020, 0), (6_016, 6_536, 4), (9_000, 9_300, 1)])
def test_an_interrupt_served_late_costs_exactly_the_blocks_that_it_missed(
    board: Running, first: int, last: int, lost: int
) -> None:
    """Held back over ``lost`` + 1 starts of a block: all but the last of those blocks are missing, no more."""
    noise = RNG.integers(-32_768, 32_768, SETTLING + 24_000).astype(np.int16)
    board.machine.play(noise)
    board.machine.hold_interrupt(SETTLING + first, SETTLING + last)
    blocks, taking = blocks_of(board, 16_000)
    assert taking.lost_samples == sum(loss.overruns for loss in taking.losses) == BLOCK * lost
    assert sum(len(block.samples) for block in blocks) == 16_000 - BLOCK * lost
    for block in blocks:
        at = SETTLING + block.first_sample
        np.testing.assert_array_equal(block.samples, noise[at : at + len(block.samples)])


@pytest.mark.parametrize("early_cycles", range(0, 320, 20))
def test_a_block_that_begins_while_the_interrupt_is_served_spoils_no_other(board: Running, early_cycles: int) -> None:
    """The handler runs in the last moments of a block, so late that it cannot know where the next one goes."""
    noise = RNG.integers(-32_768, 32_768, SETTLING + 4_000).astype(np.int16)
    board.machine.play(noise)
    board.machine.hold_interrupt(SETTLING + 1_000, SETTLING + 10 * BLOCK, early_cycles)
    blocks, taking = blocks_of(board, 3_000)
    assert BLOCK <= taking.lost_samples <= 3 * BLOCK
    assert sum(len(block.samples) for block in blocks) == 3_000 - taking.lost_samples
    for block in blocks:
        at = SETTLING + block.first_sample
        np.testing.assert_array_equal(block.samples, noise[at : at + len(block.samples)])


def test_a_line_too_slow_loses_blocks_that_are_counted_and_keeps_the_others_in_their_place(
    tmp_path: Path, svd: Svd
) -> None:
    slow = on_uart(BOARDS[2], 115_200)
    image = build_image(slow, "recorder", {}, tmp_path)
    noise = RNG.integers(-32_768, 32_768, SETTLING + 24_000).astype(np.int16)
    with running(slow, image.bin, svd) as opened:
        opened.machine.play(noise)
        blocks, taking = blocks_of(opened, 16_000)
    assert taking.lost_samples == sum(loss.overruns for loss in taking.losses) > 1_000
    assert sum(len(block.samples) for block in blocks) == 16_000 - taking.lost_samples
    for block in blocks:
        at = SETTLING + block.first_sample
        np.testing.assert_array_equal(block.samples, noise[at : at + len(block.samples)])


# ---- time ------------------------------------------------------------------------------------------------------------


def test_time_goes_on_past_the_timers_32_bits(board: Running) -> None:
    last = board.link.status().board_us
    for _ in range(3):
        board.machine.skip(50 * 60 * 1000)  # the timer is back at 0 after 71 minutes
        now = board.link.status(timeout_s=5).board_us
        assert 3_000_000_000 <= now - last < 3_002_000_000
        last = now


def test_a_board_whose_crystal_does_not_start_runs_on(recorder: Path, svd: Svd) -> None:
    with running(on_uart(BOARDS[2]), recorder, svd, crystal=False) as opened:
        assert opened.link.hello().board == "xiao_nrf52840_sense"
        assert opened.machine.report()["cpacr"] == 0xF00000


# ---- USB -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cable", [True, False])
def test_a_board_with_usb_connects_when_a_cable_is_in_and_sleeps(
    cable: bool, as_sold: dict[str, Path], svd: Svd
) -> None:
    """The controller is ready a millisecond after it was switched on, when the core sleeps already."""
    board = load_board(BOARDS[2])
    assert board.serial.kind == "usb"
    with Nrf52840(board, as_sold[board.name].read_bytes(), svd, cable=cable) as machine:
        machine.skip(1_000)
        assert machine.register(svd.value("USBD.USBPULLUP")) == int(cable)
        assert machine.state == RUNS
        report = machine.report()
        assert report["slept"] > 0.99 * report["cycles"]


# ---- spotter ---------------------------------------------------------------------------------------------------------

LABELS = ("_silence_", "_unknown_", "yes", "no", "go")


def clips() -> NDArray[np.int16]:
    """int16 [12, 16000]: noise of all levels, a chirp, a square wave, an impulse, silence."""
    time = np.arange(16_000) / 16_000
    impulse = np.where(np.arange(16_000) == 5_000, 32_767, 0)
    square = np.where(np.arange(16_000) // 16 % 2, 32_767, -32_768)
    rows = [20_000 * np.sin(2 * np.pi * (200 + 3_000 * time) * time), impulse, square, np.zeros(16_000)]
    rows += [np.random.default_rng(k).normal(0, 4.0**k, 16_000) for k in range(8)]
    return np.clip(np.round(rows), -32_768, 32_767).astype(np.int16)


def test_scores_features_and_decisions_are_the_hosts_byte_for_byte(tmp_path: Path, svd: Svd) -> None:
    spec, board = FrontendSpec(), on_uart(BOARDS[0])
    tflite = keyword_model(frames=spec.frames(16_000), features=spec.features, labels=len(LABELS), seed=4)
    features = HostFrontend(spec)(clips())
    engine = TflmInterpreter(tflite) if available() else HostEngine(tflite)
    scores = engine(np.ascontiguousarray(features).reshape(len(features), -1, 1, spec.features))
    threshold = int(np.median(scores[:, 2:].max(axis=1)))
    image = build_image(board, "spotter", spotter_sources(spec, tflite, LABELS, threshold, "5e" * 32), tmp_path)
    decisions = FirmwareDetector(len(LABELS), threshold).clips(scores)
    with running(board, image.bin, svd) as opened:
        for clip, expected, expected_scores, label in zip(clips(), features, scores, decisions, strict=True):
            result = spotter.classify(opened.link, clip)
            np.testing.assert_array_equal(result.scores, expected_scores)
            np.testing.assert_array_equal(spotter.features(opened.link), expected)
            assert result.label == label
            assert 100_000 < result.inference_cycles < result.latency_cycles < 0.2 * board.clock_hz
