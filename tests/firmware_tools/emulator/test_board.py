"""The real image on the emulated core, through its real pseudo-terminal."""

import os
import re
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import serial

from firmware_tools.boards.spec import load_board
from firmware_tools.emulator.board import EmulatedBoard
from firmware_tools.errors import BoardError
from firmware_tools.image.build import FirmwareImage, build_image

BOARD = load_board("emulated")
APP = Path(__file__).parents[2] / "parts" / "board_check.c"
BYTE_CYCLES = 10 * BOARD.clock_hz / BOARD.baud


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> FirmwareImage:
    return build_image(BOARD, APP, {}, tmp_path_factory.mktemp("board_check"))


def _flash(image: FirmwareImage, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "flash.bin").write_bytes(image.bin.read_bytes())
    (folder / "flash.elf").write_bytes(image.elf.read_bytes())
    return folder


def _open(board: EmulatedBoard) -> serial.Serial:
    """The board's port, past what the firmware said when it started."""
    port = serial.Serial(board.port, BOARD.baud, timeout=5, write_timeout=5)
    port.write(b"e" + struct.pack("<I", 4) + b"sync")
    assert port.read_until(b"sync").endswith(b"sync")
    return port


@pytest.fixture(scope="module")
def board(image: FirmwareImage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedBoard]:
    with EmulatedBoard(BOARD, _flash(image, tmp_path_factory.mktemp("state"))) as powered:
        yield powered


@pytest.fixture()
def port(board: EmulatedBoard) -> Iterator[serial.Serial]:
    with _open(board) as opened:
        yield opened


def _ask(port: serial.Serial, command: bytes, *numbers: int, answer_bytes: int) -> bytes:
    port.write(command + struct.pack(f"<{len(numbers)}I", *numbers))
    answer = port.read(answer_bytes)
    assert len(answer) == answer_bytes
    return bytes(answer)


def _record(port: serial.Serial, count: int, rate_hz: int = 16000, pause: int = 0) -> tuple[np.ndarray, int]:
    answer = _ask(port, b"m", rate_hz, count, pause, answer_bytes=8 + 2 * count)
    assert struct.unpack("<i", answer[:4]) == (0,)
    return np.frombuffer(answer[4:-4], "<i2"), struct.unpack("<I", answer[-4:])[0]


def _noise(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(-32768, 32768, count).astype(np.int16)


# ---- what C needs, and what the board says of itself ----------------------------------------------------------------


def test_start_up_prepares_memory_and_the_float_unit(port: serial.Serial) -> None:
    answer = _ask(port, b"k", answer_bytes=16 + len("emulated"))
    assert struct.unpack("<4I", answer[:16]) == (42, 0, 42, BOARD.clock_hz)
    assert answer[16:] == b"emulated"


# ---- UART -----------------------------------------------------------------------------------------------------------


def test_every_byte_value_crosses_in_both_directions(port: serial.Serial) -> None:
    content = bytes(range(256)) * 8
    port.write(b"e" + struct.pack("<I", len(content)) + content)
    assert port.read(len(content)) == content


def test_nothing_is_lost_when_both_sides_send_a_lot(port: serial.Serial) -> None:
    content = _noise(1, 150_000).tobytes()
    writer = threading.Thread(target=port.write, args=(b"e" + struct.pack("<I", len(content)) + content,))
    port.write_timeout = 20
    writer.start()
    time.sleep(0.2)  # the host is slow to fetch: the board has to wait
    assert port.read(len(content)) == content
    writer.join()


def test_bytes_take_their_time_on_the_line(board: EmulatedBoard, port: serial.Serial) -> None:
    before = board.stats()
    _ask(port, b"e", 4000, *([0] * 1000), answer_bytes=4000)
    after = board.stats()
    assert after["rx_bytes"] - before["rx_bytes"] == 4005
    assert after["tx_bytes"] - before["tx_bytes"] == 4000
    assert after["tx_lost"] == 0
    assert 4000 * BYTE_CYCLES < after["cycles"] - before["cycles"] < 2 * 4100 * BYTE_CYCLES


# ---- microphone -----------------------------------------------------------------------------------------------------


def test_a_recording_equals_what_was_played(board: EmulatedBoard, port: serial.Serial) -> None:
    for seed in range(3):
        played = _noise(seed, 16000)
        board.play(played)
        heard, overruns = _record(port, 16000)
        np.testing.assert_array_equal(heard, played)
        assert overruns == 0


def test_playing_again_before_the_start_replaces_what_waited(board: EmulatedBoard, port: serial.Serial) -> None:
    board.play(_noise(4, 2000))
    board.play(_noise(5, 1000))
    heard, _ = _record(port, 1000)
    np.testing.assert_array_equal(heard, _noise(5, 1000))


def test_what_had_begun_to_play_ends_with_the_recording(board: EmulatedBoard, port: serial.Serial) -> None:
    board.play(_noise(6, 3000))
    _record(port, 1000)
    heard, _ = _record(port, 500)
    assert not heard.any()


def test_a_firmware_that_is_late_loses_samples_and_knows_how_many(board: EmulatedBoard, port: serial.Serial) -> None:
    played = _noise(7, 8000)
    board.play(played)
    pause = 5000 * BOARD.clock_hz // 16000  # the microphone's memory holds 4096
    heard, overruns = _record(port, 5000, pause=pause)
    assert 900 <= overruns <= 910
    np.testing.assert_array_equal(heard[:4096], played[:4096])
    np.testing.assert_array_equal(heard[4096:], played[4096 + overruns :][: 5000 - 4096])


def test_samples_come_at_their_rate(board: EmulatedBoard, port: serial.Serial) -> None:
    for rate_hz in (8000, 44100):
        board.play(_noise(8, 4000))
        before = board.stats()["cycles"]
        _record(port, 4000, rate_hz=rate_hz)
        spent = board.stats()["cycles"] - before
        assert spent == pytest.approx(4000 / rate_hz * BOARD.clock_hz, rel=0.15)


def test_a_rate_that_cannot_be_is_refused(port: serial.Serial) -> None:
    assert struct.unpack("<ii", _ask(port, b"m", 0, 0, 0, answer_bytes=8)) == (-1, 0)


def test_silence_takes_real_time_and_speech_does_not(board: EmulatedBoard, port: serial.Serial) -> None:
    start = time.monotonic()
    _record(port, 4800)
    assert time.monotonic() - start > 0.28
    board.play(_noise(9, 160_000))
    start = time.monotonic()
    _record(port, 160_000)
    assert time.monotonic() - start < 5  # ten seconds of sound


def test_samples_of_another_kind_are_refused(board: EmulatedBoard) -> None:
    with pytest.raises(ValueError, match="int16"):
        board.play(np.zeros(10, dtype=np.float32))  # type: ignore[arg-type]


# ---- cycles ---------------------------------------------------------------------------------------------------------


def test_a_loop_takes_the_cycles_of_the_manual(port: serial.Serial) -> None:
    counts = [struct.unpack("<I", _ask(port, b"c", n, answer_bytes=4))[0] for n in (1, 101, 100_001)]
    assert counts[1] - counts[0] == 500  # subs 1, nop 1, nop 1, bne taken 1 + 1
    assert counts[2] - counts[1] == 499_500


def test_counting_cycles_is_fast(board: EmulatedBoard, port: serial.Serial) -> None:
    blocks, start = board.stats()["blocks"], time.monotonic()
    _ask(port, b"c", 20_000_000, answer_bytes=4)
    rate = (board.stats()["blocks"] - blocks) / (time.monotonic() - start)
    assert rate > 10e6


def test_the_profile_says_where_cycles_went(board: EmulatedBoard, port: serial.Serial, image: FirmwareImage) -> None:
    _ask(port, b"c", 1_000_000, answer_bytes=4)
    profile = board.profile(image.elf)
    assert next(iter(profile)) in ("main", "timed_loop")
    assert "kws_port_uart_write" in profile
    stats = board.stats()
    assert sum(profile.values()) == pytest.approx(stats["cycles"] - stats["slept_cycles"], rel=1e-4)


def test_the_stack_is_measured(board: EmulatedBoard) -> None:
    assert 32 < board.stats()["stack_used_bytes"] < 1024


# ---- faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "message"),
    [
        (b"bn", r"write to read-only memory at 0x00000000, pc main\+"),
        (b"br", r"read of unmapped memory at 0x60000000, pc main\+"),
        (b"bu", r"undefined instruction, pc main\+"),
        (b"bt", r"undefined instruction"),
        (b"bs", r"write to unmapped memory at 0x1fffff.*recurse\+.*the stack has overflowed"),
        (b"bx", r"jump to memory that is not executable at 0x20000100.*in block main"),
        (b"bd", r"access to a register that is not there, 0x40001040"),
        (b"q", r"the firmware reported a fault: main returned"),
    ],
)
def test_a_fault_says_what_and_where(image: FirmwareImage, tmp_path: Path, how: bytes, message: str) -> None:
    with EmulatedBoard(BOARD, _flash(image, tmp_path / "state")) as broken:
        with _open(broken) as port, pytest.raises(serial.SerialException):
            port.write(how)
            port.read(100)
        deadline = time.monotonic() + 5
        while broken.alive and time.monotonic() < deadline:
            time.sleep(0.01)
        assert re.search(message, broken.failure or "")
        with pytest.raises(BoardError, match="emulated board stopped"):
            broken.play(_noise(0, 10))
    assert re.search(message, broken.failure or "")


def test_strict_stops_where_a_real_core_would_refuse(image: FirmwareImage, tmp_path: Path) -> None:
    state = _flash(image, tmp_path / "state")
    with EmulatedBoard(BOARD, state) as lenient, _open(lenient) as port:
        _ask(port, b"bl", answer_bytes=4)
        _ask(port, b"k", answer_bytes=24)
    with EmulatedBoard(BOARD, state, strict=True) as board, _open(board) as port:
        played = _noise(3, 1000)
        board.play(played)
        np.testing.assert_array_equal(_record(port, 1000)[0], played)
        _ask(port, b"k", answer_bytes=24)
        port.write(b"bl")
        with pytest.raises(serial.SerialException):
            port.read(100)
    assert re.search(
        r"unaligned access that a Cortex-M4 refuses, data at 0x2000[0-9a-f]+, pc (break_down|main)", board.failure or ""
    )


def test_a_system_reset_starts_again(image: FirmwareImage, tmp_path: Path) -> None:
    with EmulatedBoard(BOARD, _flash(image, tmp_path / "state")) as board, _open(board) as port:
        _ask(port, b"k", answer_bytes=24)
        port.write(b"bz")
        port.read_until(b"up\n")
        answer = _ask(port, b"k", answer_bytes=24)
        assert struct.unpack("<I", answer[:4]) == (42,)


# ---- power ----------------------------------------------------------------------------------------------------------


def test_a_board_that_is_on_cannot_be_powered_on_elsewhere(board: EmulatedBoard) -> None:
    with pytest.raises(BoardError, match="emulated board is in use"):
        EmulatedBoard(BOARD, board.state_dir).start()


def test_an_empty_flash(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match=r"nothing flashed.*kws flash"):
        EmulatedBoard(BOARD, tmp_path).start()
    (tmp_path / "flash.bin").write_bytes(b"\xff" * 64)
    with pytest.raises(BoardError, match="no program in the flash"):
        EmulatedBoard(BOARD, tmp_path).start()


def test_power_cycles_and_an_unplugged_port(image: FirmwareImage, tmp_path: Path) -> None:
    board = EmulatedBoard(BOARD, _flash(image, tmp_path / "state"))
    with board, _open(board) as port:
        _ask(port, b"k", answer_bytes=24)
        port.write(b"m" + struct.pack("<III", 16000, 1_000_000, 0))
        assert len(port.read(1000)) == 1000
        board.unplug()
        with pytest.raises(serial.SerialException):
            while port.read(65536):
                pass
        assert not board.alive
        assert "its process ended" in (board.failure or "")
    with board, _open(board) as port:
        assert struct.unpack("<I", _ask(port, b"k", answer_bytes=24)[:4]) == (42,)  # a fresh start


OWNER = """
import sys, time
from pathlib import Path
from firmware_tools.boards.spec import load_board
from firmware_tools.emulator.board import EmulatedBoard
with EmulatedBoard(load_board("emulated"), Path(sys.argv[1])) as board:
    print(board._process.pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_the_board_ends_with_its_owner(image: FirmwareImage, tmp_path: Path, how: signal.Signals) -> None:
    command = [sys.executable, "-c", OWNER, str(_flash(image, tmp_path / "state"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        owner.send_signal(how)
        owner.wait()
    deadline = time.monotonic() + 5
    while _exists(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _exists(pid)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
