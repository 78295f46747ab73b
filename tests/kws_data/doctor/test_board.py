"""Each finding of ``kws doctor`` on a board, provoked: pseudo-terminals with faults, an emulated board behind them."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from faulty_port import FaultyPort
from numpy.typing import NDArray

from firmware_tools.boards.spec import BoardSpec, load_board
from firmware_tools.emulator.board import EmulatedBoard
from firmware_tools.flashers.find import flasher_for
from firmware_tools.image.build import build_image
from firmware_tools.link import ports
from firmware_tools.link.serial_link import Link
from firmware_tools.protocol.audio_frames import Codec
from firmware_tools.recorder.flash import flash_recorder
from firmware_tools.recorder.selftest import frequency_hz
from kws_data.doctor.board import examine_link, examine_port, self_test
from kws_data.doctor.findings import Finding

BOARD = load_board("emulated")
BOOT_TEXT = b"ets Jun  8 2016 00:22:57\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
RNG = np.random.default_rng(8)
NOISE = RNG.normal(0, 40, 40_000).astype(np.int16)
SECOND = 16_000


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorder")
    flash_recorder(BOARD, folder)
    return folder


@pytest.fixture(autouse=True)
def short_self_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second of ramp and tone: the emulated board takes real time for them."""
    monkeypatch.setattr("kws_data.doctor.board.SELF_TEST_S", 0.5)
    monkeypatch.setattr("kws_data.doctor.board.BAUDS", (460_800, 115_200))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For lines on which nobody will answer."""
    monkeypatch.setattr("kws_data.doctor.board.HELLO_S", 0.6)


@pytest.fixture
def emulated(state: Path) -> Iterator[EmulatedBoard]:
    with EmulatedBoard(BOARD, state) as board:
        yield board


def examined(port: str, board: BoardSpec = BOARD) -> list[Finding]:
    return list(examine_port(port, board, listen_s=1.0))


def the(findings: list[Finding], what: str) -> Finding:
    found = [finding for finding in findings if finding.what == what]
    assert found, findings
    return found[-1]


def test_board_that_is_well(emulated: EmulatedBoard) -> None:
    emulated.play(NOISE)
    with FaultyPort(emulated.port) as line:
        findings = examined(line.port)
    assert [finding for finding in findings if not finding.ok] == []
    assert "recorder on emulated" in the(findings, "firmware").found
    assert "stays on" in the(findings, "reset").found
    assert "none lost" in the(findings, "line").found
    assert "every bit right" in the(findings, "self-test, ramp").found
    assert "1000.00 Hz, every bit right" in the(findings, "self-test, tone").found


def test_port_that_is_not_there(tmp_path: Path) -> None:
    (finding,) = examined(str(tmp_path / "ttyACM7"))
    assert not finding.ok and "not there" in finding.found and "plug" in finding.remedy


def test_no_permission_says_which_group() -> None:
    """As a user who may not open the port: nobody, when the tests run as root."""
    with FaultyPort() as line:
        Path(line.port).chmod(0o600 if os.getuid() == 0 else 0)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            if os.getuid() == 0:
                os.setgid(65_534)
                os.setuid(65_534)
            os.write(writer, f"{ports.may_open(line.port)}|{ports.permission_remedy(line.port)}".encode())
            os._exit(0)
        os.close(writer)
        os.waitpid(child, 0)
        with os.fdopen(reader) as answer:
            may_open, remedy = answer.read().split("|")
    assert may_open == "False"
    assert "usermod -aG" in remedy or "--udev-rule" in remedy


def test_no_permission_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with FaultyPort() as line:
        (finding,) = examined(line.port)
    assert not finding.ok and "no permission" in finding.found and finding.remedy


def test_busy_port_names_the_process() -> None:
    code = "import serial, sys, time; p = serial.Serial(sys.argv[1], exclusive=True); print('open', flush=True);"
    code += "time.sleep(60)"
    with FaultyPort() as line:
        other = subprocess.Popen([sys.executable, "-c", code, line.port], stdout=subprocess.PIPE, text=True)
        try:
            assert other.stdout is not None and other.stdout.readline() == "open\n"
            (finding,) = examined(line.port)
        finally:
            other.kill()
            other.wait()
    assert not finding.ok and "busy" in finding.found
    assert f"process {other.pid}" in finding.found and f"process {other.pid}" in finding.remedy


def test_wrong_baud_names_the_right_one(emulated: EmulatedBoard) -> None:
    with FaultyPort(emulated.port, only_at_baud=115_200) as line:
        finding = examined(line.port)[-1]
    assert (finding.ok, finding.what) == (False, "wrong baud")
    assert "talks at 115200" in finding.found and "baud: 115200" in finding.remedy


def test_another_program_is_quoted(impatient: None) -> None:
    with FaultyPort(always=b"MicroPython v1.22 on Raspberry Pi Pico\r\n>>> ") as line:
        finding = examined(line.port)[-1]
    assert not finding.ok and "MicroPython" in finding.found and "flash" in finding.remedy


def test_bytes_that_mean_nothing(impatient: None) -> None:
    with FaultyPort(always=bytes(range(128, 256))) as line:
        finding = examined(line.port)[-1]
    assert not finding.ok and "neither text nor frames" in finding.found and "line rate" in finding.remedy


def test_nobody_answers(impatient: None) -> None:
    with FaultyPort() as line:
        finding = examined(line.port)[-1]
    assert not finding.ok and "nobody answers" in finding.found and "kws flash" in finding.remedy


def test_boot_text_between_frames_is_a_note(emulated: EmulatedBoard) -> None:
    emulated.play(NOISE)
    with FaultyPort(emulated.port, on_open=lambda: b"[I] sensor task started\r\n") as line:
        findings = examined(line.port)
    assert all(finding.ok for finding in findings)
    assert any(finding.warning and "sensor task" in finding.found for finding in findings)


def test_board_that_resets_when_its_port_opens(emulated: EmulatedBoard) -> None:
    def restart() -> bytes:
        emulated.reset()
        return BOOT_TEXT

    with FaultyPort(emulated.port, on_open=restart) as line:
        findings = examined(line.port)
    finding = the(findings, "reset")
    assert finding.warning and "restarts the board" in finding.found and "POWERON" not in finding.remedy
    assert "DTR" in finding.remedy


def test_another_app(tmp_path: Path) -> None:
    """The board check of tests/firmware is no kws app; the spotter is one that does not record."""
    source = Path(__file__).parents[2] / "parts" / "board_check.c"
    assert source.exists()
    from firmware_tools.protocol.replies import BoardHello

    hello = BoardHello("spotter", "nano", "", 16_000, 64_000_000, 1_040, 16_000, 49, 40, 3, 0, ("go",))
    with FaultyPort() as line, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Link, "hello", lambda *_: hello)
        patch.setattr("kws_data.doctor.board._resets", lambda *_: iter(()))
        findings = examined(line.port)
    assert findings[-1].warning and "spotter" in findings[-1].found and "recorder" in findings[-1].remedy


@pytest.mark.parametrize(("ppm", "mark", "way"), [(20_000, "FAIL", "fast"), (-15_000, "FAIL", "slow"), (0, "ok", "")])
def test_clock_that_runs_fast_or_slow(state: Path, ppm: float, mark: str, way: str) -> None:
    with EmulatedBoard(BOARD, state, mic_ppm=ppm) as board, Link(board.port, BOARD.baud) as link:
        link.hello()
        board.play(NOISE)
        finding = the(list(examine_link(link, 2.0)), "clock")
    assert finding.mark == mark and way in finding.found
    assert abs(float(finding.found.split(" Hz")[0]) - 16_000 * (1 + ppm / 1e6)) < 10


def tone(hz: float, height: float, seconds: float = 2.0) -> NDArray[np.float64]:
    return height * np.sin(2 * np.pi * hz * np.arange(int(seconds * SECOND)) / SECOND)


SOUNDS = {
    "dead": (np.zeros(2 * SECOND), "microphone", "dead"),
    "stuck": (np.full(2 * SECOND, -1.0), "microphone", "dead"),
    "clipping": (tone(300, 60_000), "clipping", "limit"),
    "offset": (NOISE[: 2 * SECOND] + 3_000.0, "DC offset", "+9"),
    "hum of 50 Hz": (tone(50, 900) + tone(150, 500) + NOISE[: 2 * SECOND], "hum", "50 Hz"),
    "hum of 60 Hz": (tone(60, 900) + tone(180, 500) + NOISE[: 2 * SECOND], "hum", "60 Hz"),
}


@pytest.mark.parametrize("case", SOUNDS)
def test_troubles_of_the_microphone(emulated: EmulatedBoard, case: str) -> None:
    sound, what, said = SOUNDS[case]
    emulated.play(sound.clip(-32_768, 32_767).astype(np.int16))
    with Link(emulated.port, BOARD.baud) as link:
        link.hello()
        findings = list(examine_link(link, 2.0))
    failed = [finding for finding in findings if not finding.ok]
    assert [finding.what for finding in failed] == [what]
    assert said in failed[0].found and failed[0].remedy


def test_self_test_sees_a_single_wrong_bit(emulated: EmulatedBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    from kws_data.doctor import board as doctor_board

    heard = doctor_board._heard

    def spoilt(*arguments: object) -> tuple[NDArray[np.int16], int, Codec]:
        samples, lost, codec = heard(*arguments)  # type: ignore[arg-type]
        samples[777] ^= 1
        return samples, lost, codec

    monkeypatch.setattr(doctor_board, "_heard", spoilt)
    with Link(emulated.port, BOARD.baud) as link:
        link.hello()
        findings = list(self_test(link))
    assert [finding.ok for finding in findings] == [False, False]
    assert all("1 of" in finding.found for finding in findings)


def test_self_test_on_a_line_that_carries_only_adpcm(tmp_path: Path) -> None:
    slow = dataclasses.replace(BOARD, baud=115_200)
    image = build_image(slow, "recorder", {}, tmp_path / "build")
    flasher_for(slow, state_dir=tmp_path / "state").flash(image.bin)
    with EmulatedBoard(slow, tmp_path / "state") as board, Link(board.port, slow.baud) as link:
        link.hello()
        findings = list(self_test(link))
    assert [finding.ok for finding in findings] == [True, True]
    assert "1000.0" in findings[1].found


def test_frequency_is_measured_to_a_hundredth() -> None:
    for hz in (440.0, 1_000.0, 1_234.5, 7_000.25):
        assert abs(frequency_hz(tone(hz, 9_000).astype(np.int16), SECOND) - hz) < 0.01


def test_lost_samples_are_told(tmp_path: Path) -> None:
    slow = dataclasses.replace(BOARD, baud=57_600)  # carries neither PCM nor ADPCM
    image = build_image(slow, "recorder", {}, tmp_path / "build")
    flasher_for(slow, state_dir=tmp_path / "state").flash(image.bin)
    with EmulatedBoard(slow, tmp_path / "state") as board, Link(board.port, slow.baud) as link:
        link.hello()
        board.play(NOISE)
        finding = next(finding for finding in examine_link(link, 1.0) if finding.what == "line")
    assert not finding.ok and "samples lost at 57600 baud" in finding.found
