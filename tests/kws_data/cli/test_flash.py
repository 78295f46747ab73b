"""``kws flash``: what it asks for, what it would do, what it writes for other tools, and a board that is there."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
from fake_flashing import Desk, Uf2Drive, runs

from firmware_tools.boards.spec import BoardSpec, load_board
from firmware_tools.boards.udev import install_lines
from firmware_tools.flashers.verify import firmware_id
from firmware_tools.image.build import FirmwareImage, build_image
from firmware_tools.image.uf2 import from_uf2
from firmware_tools.link.serial_link import SerialPort
from kws_data.cli import run

BOARD = """\
name: fake
description: a board that is not there
core: cortex-m4f
clock_hz: 64000000
port: emulated
flasher: uf2
loader: {family: rp2040, drive: RPI-RP2}
flash: {origin: 0x10000, bytes: 262144}
ram: {origin: 0x20000000, bytes: 65536}
baud: 921600
usb_ids: ["2e8a:000a"]
proven: [built, "run on an emulator of nothing"]
"""
INFO = "Model: Raspberry Pi RP2\nBoard-ID: RPI-RP2\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> FirmwareImage:
    """The recorder for that board, compiled once."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "fake.yaml").write_text(BOARD)
    return build_image(load_board(folder / "fake.yaml"), "recorder", {}, folder / "image")


@pytest.fixture
def desk(built: FirmwareImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A folder with a board file, a compiler that is done at once, and what is plugged in."""

    def copied(board: BoardSpec, app: str, generated: object, out_dir: Path) -> FirmwareImage:
        shutil.copytree(built.bin.parent, out_dir, dirs_exist_ok=True)
        return dataclasses.replace(built, board=board.name, bin=out_dir / built.bin.name, elf=out_dir / built.elf.name)

    monkeypatch.setattr("firmware_tools.image.build.build_image", copied)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs" / "boards").mkdir(parents=True)
    (tmp_path / "configs" / "boards" / "fake.yaml").write_text(BOARD)
    found = Desk()
    monkeypatch.setattr("firmware_tools.flashers.attached.Attached", lambda port, say: found.attached(port, 0.1, 1.0))
    return found


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_board_gets_the_recorder_without_any_configuration(
    desk: Desk, built: FirmwareImage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, drive = built.bin.read_bytes(), tmp_path / "RPI-RP2"
    with runs(content) as board:

        def then(_: bytes) -> None:
            desk.on.append(SerialPort(board.port, "Pico", "2e8a:000a", "1"))

        with Uf2Drive(drive, INFO, then) as taken:
            desk.mounted.append(drive)
            assert run(["flash", "--board", "fake", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["app"], answer["board"], answer["tool"]) == ("recorder", "fake", "uf2")
    assert (answer["port"], answer["firmware"]) == (board.port, firmware_id(content))
    assert taken.taken is not None and taken.taken[: len(content)] == content
    assert left(tmp_path) == {"configs"}


def test_other_tools_get_files_that_hold_the_same(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["flash", "--board", "fake", "--image-only", "out", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["files"] == [f"out/recorder{suffix}" for suffix in (".bin", ".elf", ".hex", ".uf2")]
    content = (tmp_path / "out" / "recorder.bin").read_bytes()
    uf2 = from_uf2((tmp_path / "out" / "recorder.uf2").read_bytes())
    assert (uf2.content[: len(content)], uf2.origin, answer["origin"]) == (content, 0x10000, 0x10000)
    assert (tmp_path / "out" / "recorder.elf").read_bytes()[:4] == b"\x7fELF"


def test_a_dry_run_lists_the_steps_and_leaves_nothing(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["flash", "--board", "fake", "--dry-run"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:2] for line in lines] == ["1.", "2.", "3.", "4.", "5.", "6."]
    assert lines[1] == "2. hold BOOTSEL while plugging it in" and "its firmware must be" in lines[5]
    desk.on.append(SerialPort("/dev/ttyUSB7", "Adapter", "10c4:ea60"))
    assert run(["flash", "--board", "fake", "--dry-run", "--port", "/dev/ttyUSB7"]) == 0
    assert "back on /dev/ttyUSB7, and ask it" in capsys.readouterr().out
    assert run(["flash", "--board", "emulated", "--dry-run"]) == 0
    assert left(tmp_path) == {"configs"}


def test_the_emulated_board_gets_the_recorder_too(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["flash", "--board", "emulated"]) == 0
    assert "emulated: " in (out := capsys.readouterr().out) and out.endswith("verified\n")
    assert (tmp_path / ".kws" / "boards" / "emulated" / "flash.bin").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name a CONFIG"),
        (["--app", "spotter", "--board", "fake"], "name a CONFIG"),
        (["--board", "nothing"], "unknown board: 'nothing'"),
        (["--board", "emulated", "--port", "/dev/x"], "the emulated board has no port"),
        (["--board", "fake"], "board is not in its boot loader: 'fake'. nothing was written; hold BOOTSEL"),
        (["--board", "fake", "--dry-run", "--image-only", "out"], "choose one"),
        (["--board", "emulated", "--set", "nonsense"], "--set changes a CONFIG"),
        (["--udev-rule", "-", "--image-only", "out"], "leave the rest out"),
        (["--udev-rule", "-", "--board", "fake"], "leave the rest out"),
        (["--udev-rule", "-", "--json"], "leave the rest out"),
        (["--udev-rule", "configs/boards/fake.yaml/x"], "rule cannot be written"),
        (["tiny.yaml", "--board", "fake", "--dry-run"], "kws export"),
        (["tiny.yaml", "--set", "device.port=/dev/x", "--dry-run"], "the emulated board has no port"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_leaves_nothing(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    (tmp_path / "tiny.yaml").write_text("name: tiny\nkeywords: [go]\n")
    assert run(["flash", *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error and len(error.splitlines()) == 1
    assert left(tmp_path) == {"configs", "tiny.yaml"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--image-only", "configs/boards/fake.yaml"], "fake.yaml is no folder"),
        (["--image-only", "configs/boards/fake.yaml/deep/x"], "fake.yaml is no folder"),
        (["--image-only", "closed/x"], "you may not write into"),
        (["--port", "configs/boards/fake.yaml"], "port of fake is a file or a folder"),
        (["--port", "configs"], "port of fake is a file or a folder: 'configs'. kws boards lists"),
        (["--port", ""], "port of fake is a file or a folder: ''"),
    ],
)
def test_a_place_that_cannot_be_is_told_before_anything_is_built(
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    monkeypatch.setattr("firmware_tools.image.build.build_image", lambda *_: pytest.fail("an image was built"))
    (tmp_path / "closed").mkdir()
    closed = tmp_path / "closed"
    monkeypatch.setattr("os.access", lambda path, mode: Path(path).absolute() != closed)  # root may write anywhere
    assert run(["flash", "--board", "fake", *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1


def test_a_port_that_is_not_there_is_told_before_anything_is_built(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("firmware_tools.image.build.build_image", lambda *_: pytest.fail("an image was built"))
    desk.on.append(SerialPort("/dev/ttyACM0", "Pico", "2e8a:000a"))
    assert run(["flash", "--board", "fake", "--port", "/dev/ttyNONE"]) == 2
    error = capsys.readouterr().err
    assert "port of fake is not there: '/dev/ttyNONE'" in error and "/dev/ttyACM0" in error and error.count("\n") == 1


def test_the_udev_rule_is_printed_or_written(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["flash", "--udev-rule"]) == 0
    printed = capsys.readouterr().out
    assert 'ATTRS{idVendor}=="2e8a", ATTRS{idProduct}=="000a"' in printed and "# fake" in printed
    assert run(["flash", "--udev-rule", "my rules"]) == 0
    assert (tmp_path / "my rules").read_text() == printed
    told = capsys.readouterr().err.splitlines()
    assert told[1].strip() == "sudo cp 'my rules' /etc/udev/rules.d/60-kws.rules" and "udevadm" in told[2]
    assert install_lines("/etc/udev/rules.d/60-kws.rules") == [told[2].strip()]


def test_boards_tells_what_each_has_and_what_is_proven(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["boards"]) == 0
    lines = capsys.readouterr().out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("fake "))
    assert lines[at + 1 : at + 4] == [
        "    microphone builtin, serial builtin, flasher uf2",
        "    built",
        "    run on an emulator of nothing",
    ]
    assert run(["boards", "--json"]) == 0
    board = {one["name"]: one for one in json.loads(capsys.readouterr().out)["boards"]}["fake"]
    assert board["proven"] == ["built", "run on an emulator of nothing"] and board["flasher"] == "uf2"
    assert board["microphone"] == {"kind": "builtin"} and board["flash_bytes"] == 262_144


def test_boards_marks_a_wrong_file_and_lists_the_others(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "configs" / "boards" / "broken.yaml").write_text("name: broken")
    assert run(["boards"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("fake ") for line in lines)
    assert [line for line in lines if line.startswith("broken ") and "cannot be used: " in line and "core" in line]
    assert run(["boards", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "key missing: 'core'" in told["wrong"]["broken"] and "broken" not in {one["name"] for one in told["boards"]}
    assert run(["flash", "--board", "fake", "--dry-run"]) == 0


def test_boards_shows_a_file_that_a_new_one_can_begin_as(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["boards", "--show", "fake"]) == 0
    assert capsys.readouterr().out == BOARD
    (tmp_path / "mine.yaml").write_text(BOARD.replace("name: fake", "name: mine"))
    assert run(["boards", "--show", "./mine.yaml", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["name"] == "mine" and told["flash"] == {"origin": 0x10000, "bytes": 262144, "wait_states": 0}
    assert run(["boards", "--show", "fak"]) == 2 and "did you mean 'fake'" in capsys.readouterr().err


def test_the_app_of_mlperf_needs_a_model(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["flash", "--board", "fake", "--app", "mlperf"]) == 2
    assert "name a CONFIG" in capsys.readouterr().err


def test_an_app_that_answers_nothing_is_only_written(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    Path("word.yaml").write_text("keywords: [lamp]\n")
    assert run(["flash", "word.yaml", "--board", "fake", "--app", "bare"]) == 2
    assert "--image-only" in capsys.readouterr().err
