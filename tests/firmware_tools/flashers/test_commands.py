"""Flashers that call a command: real tools against stand-ins where they are installed, and what each failure says."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dfu_loader import DfuLoader
from fake_flashing import CONTENT, Desk, board_of, image_in, runs

from firmware_tools.errors import BoardError, KwsError
from firmware_tools.flashers.command import TOOLS_VARIABLE, find_tool
from firmware_tools.flashers.find import flasher_for
from firmware_tools.link.serial_link import SerialPort


def tool(name: str) -> str:
    """Path of a tool, or the test is skipped."""
    try:
        return find_tool((name,), "")
    except BoardError:
        pytest.skip(f"{name} is not installed: put it into PATH, or its folder into {TOOLS_VARIABLE}")


def fails(tmp_path: Path, board: Any, desk: Desk, port: str | None = None) -> str:
    with pytest.raises(KwsError) as error:
        flasher_for(board, attached=desk.attached(port, back_s=0.2, wait_s=0.2)).flash(image_in(tmp_path))
    assert "\n" not in str(error.value) and len(str(error.value)) < 600
    return str(error.value)


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a command of that name, which notes its arguments and does as a shell script says."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv(TOOLS_VARIABLE, str(folder))

    def make(name: str, text: str) -> Path:
        path = folder / name
        path.write_text(f'#!/bin/sh\necho "$@" >> {folder}/called\n{text}\n')
        path.chmod(0o755)
        return folder / "called"

    return make


@contextmanager
def mock_chip(chip: str) -> Iterator[str]:
    """A ROM loader of this chip behind a socket."""
    command = tool("esp32-mock-bootloader")
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    words = [command, "run", "--chip", chip, "--port", str(number), "--timeout", "60"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            assert process.stdout is not None and b"listening" in process.stdout.readline()
            yield f"socket://127.0.0.1:{number}"
        finally:
            process.kill()


@pytest.mark.slow
def test_esptool_writes_and_the_board_has_the_last_word(tmp_path: Path) -> None:
    """The mock takes every byte and checks MD5, but runs nothing: its exit code 0 is not taken for success."""
    tool("esptool")
    desk = Desk()
    with mock_chip("esp32c3") as port:
        line = fails(tmp_path, board_of("esptool", {"chip": "esp32c3"}), desk, port)
    assert "board does not answer after flashing: 'fake'. the image was written" in line
    assert "esptool --chip esp32c3 --port socket://" in desk.said[0]


@pytest.mark.slow
def test_esptool_refuses_another_chip(tmp_path: Path) -> None:
    tool("esptool")
    with mock_chip("esp32s3") as port:
        line = fails(tmp_path, board_of("esptool", {"chip": "esp32c3"}), Desk(), port)
    assert (
        "esptool could not flash fake: 'This chip is ESP32-S3, not ESP32-C3" in line and "nothing was written" in line
    )


@pytest.mark.slow
def test_esptool_on_a_port_that_has_just_gone(tmp_path: Path) -> None:
    tool("esptool")
    desk = Desk(SerialPort("/dev/ttyNONE", "", ""))
    line = fails(tmp_path, board_of("esptool", {"chip": "esp32c3"}), desk, "/dev/ttyNONE")
    assert "Could not open /dev/ttyNONE, the port is busy or doesn't exist" in line


@pytest.mark.parametrize("reset", ["hard-reset", "hard_reset"])
@pytest.mark.parametrize(
    ("version", "words"),
    [("esptool.py v4.7.0\n4.7.0", "hard_reset write_flash"), ("5.3.0", "hard-reset write-flash")],
)
def test_esptool_is_spoken_to_in_the_words_of_its_version(
    tmp_path: Path, script: Any, version: str, words: str, reset: str
) -> None:
    called = script("esptool", f'[ "$1" = version ] && echo "{version}" && exit 0\nexit 0')
    board = board_of("esptool", {"chip": "esp32c3", "offset": 0x10000, "baud": 921_600, "after": reset})
    with runs(CONTENT) as app:
        report = flasher_for(board, attached=Desk().attached(app.port)).flash(image_in(tmp_path))
    assert report.tool == "esptool"
    wanted = f"--chip esp32c3 --port {app.port} --baud 921600 --after {words} 0x10000 {tmp_path}/app.bin"
    assert called.read_text().splitlines()[1] == wanted


def test_esptool_that_loses_its_port_in_the_middle(tmp_path: Path, script: Any) -> None:
    written = 'echo "Writing at 0x00001000..."; echo "A fatal error occurred: The chip stopped responding."; exit 2'
    script("esptool", f'[ "$1" = version ] && echo 5.3.0 && exit 0\n{written}')
    desk = Desk(SerialPort("/dev/ttyACM0", "", ""))
    line = fails(tmp_path, board_of("esptool", {"chip": "esp32c3"}), desk, "/dev/ttyACM0")
    assert "'The chip stopped responding.'. flash is half-written; the chip's ROM loader still works" in line


def test_a_flasher_that_is_missing_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.delenv(TOOLS_VARIABLE, raising=False)
    for name, loader, install in (
        ("esptool", {"chip": "esp32c3"}, "pip install esptool"),
        ("pyocd", {"target": "nrf52840"}, "pip install pyocd"),
        ("openocd", {"config": ["a.cfg"]}, "apt install openocd"),
        ("nrfutil", {}, "pip install adafruit-nrfutil"),
    ):
        line = fails(tmp_path, board_of(name, loader), Desk(SerialPort("/dev/ttyACM0", "", "2e8a:000a")))
        assert "flasher is not installed" in line and "nothing was written" in line and install in line


def test_a_flasher_that_does_not_end_is_stopped(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from firmware_tools.flashers import command

    script("slow", "exec sleep 60")
    begun = time.monotonic()
    with pytest.raises(BoardError, match=r"flasher does not end: 'slow'.*half-written"):
        command.run_tool([find_tool(("slow",), "")], 0.2)
    assert time.monotonic() - begun < 5


@pytest.mark.slow
def test_pyocd_without_a_probe(tmp_path: Path) -> None:
    tool("pyocd")
    line = fails(tmp_path, board_of("pyocd", {"target": "nrf52840"}), Desk())
    assert "pyocd could not flash fake: 'No target device available'. nothing was written; plug the probe in" in line


def test_pyocd_is_given_the_probe_the_target_and_the_address(tmp_path: Path, script: Any) -> None:
    called = script("pyocd", "exit 0")
    with runs(CONTENT) as app:
        desk = Desk(SerialPort(app.port, "DAPLink", "2e8a:000a", "0231"))
        report = flasher_for(board_of("pyocd", {"target": "nrf52840"}), attached=desk.attached()).flash(
            image_in(tmp_path)
        )
    wanted = f"load --no-wait --uid 0231 --target nrf52840 --base-address 0x10000 --format bin {tmp_path}/app.bin"
    assert called.read_text().strip() == wanted and report.port == app.port


def test_pyocd_is_not_told_an_adapters_number_for_a_probes(tmp_path: Path, script: Any) -> None:
    called = script("pyocd", "exit 0")
    with runs(CONTENT) as app:
        desk = Desk(SerialPort(app.port, "FT232R", "0403:6001", "A10K"))
        flasher_for(board_of("pyocd", {"target": "nrf52840"}), attached=desk.attached(app.port)).flash(
            image_in(tmp_path)
        )
    assert "A10K" not in called.read_text()


def test_openocd_judges_by_its_words_and_names_the_first_error(tmp_path: Path, script: Any) -> None:
    board = board_of("openocd", {"config": ["interface/stlink.cfg", "target/stm32l4x.cfg"]})
    called = script("openocd", "echo 'Info : no'; echo 'Error: open failed'; echo '** OpenOCD init failed **'; exit 1")
    line = fails(tmp_path, board, Desk())
    assert "openocd could not flash fake: 'Error: open failed'. nothing was written; plug the probe in" in line
    program = f"program {{{tmp_path}/app.bin}} 0x10000 verify reset exit"
    assert called.read_text().strip() == f"-f interface/stlink.cfg -f target/stm32l4x.cfg -c {program}"
    script("openocd", "echo '** Programming Started **'; echo 'Error: flash busy'; echo '** Programming Failed **'")
    assert "'Error: flash busy'. the board may be half-written" in fails(tmp_path, board, Desk())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("probe", "said"),
    [
        ("stlink", "'Error: open failed'"),
        ("cmsis-dap", "unable to find"),
        ("dummy", "JTAG"),
        ("nonsense", "Can't find"),
    ],
)
def test_openocd_without_a_probe_or_a_chip(tmp_path: Path, probe: str, said: str) -> None:
    """The dummy adapter is there and shows no chip; the other probes are not there."""
    tool("openocd")
    board = board_of("openocd", {"config": [f"interface/{probe}.cfg", "target/stm32l4x.cfg"]})
    line = fails(tmp_path, board, Desk())
    assert "openocd could not flash fake" in line and said in line and "nothing was written" in line


NRFUTIL = board_of("nrfutil", {"softdevice": "0x0123"})


@pytest.mark.slow
def test_nrfutil_sends_every_byte_and_the_board_answers(tmp_path: Path) -> None:
    """adafruit-nrfutil's packets, checked one by one: SLIP, header, CRC-16, order, size, and what they carry."""
    tool("adafruit-nrfutil")
    content = CONTENT[:2_050]
    with DfuLoader(len(content)) as loader:
        flasher = flasher_for(NRFUTIL, attached=Desk().attached(loader.port))
        report = flasher.flash(image_in(tmp_path, content))
        assert not loader.wrong and loader.image == content + b"\xff\xff"
        assert (report.tool, report.bytes, report.port) == ("nrfutil", 2_050, loader.port)


@pytest.mark.slow
def test_nrfutil_that_fails_exits_with_0_and_is_not_believed(tmp_path: Path) -> None:
    tool("adafruit-nrfutil")
    line = fails(tmp_path, NRFUTIL, Desk(SerialPort("/dev/ttyNONE", "", "")), "/dev/ttyNONE")
    assert "nrfutil could not flash fake" in line and "Error is: Serial port could not be opened on /dev/tty" in line
    assert "stays in its boot loader" in line


def test_nrfutil_that_meets_silence(tmp_path: Path, script: Any) -> None:
    script(
        "adafruit-nrfutil",
        'for last; do :; done\n[ "$2" = genpkg ] && : > "$last" && exit 0\n'
        "echo 'Failed to upgrade target. Error is: No data received on serial port. Not able to proceed.'\nexit 0",
    )
    line = fails(tmp_path, NRFUTIL, Desk(), os.devnull)
    assert "No data received on serial port" in line
