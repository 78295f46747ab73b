"""Without --port a board that is attached is opened, else its emulator; which of them is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fake_flashing import CONTENT, runs

from firmware_tools.boards.spec import load_board
from firmware_tools.errors import BoardError
from firmware_tools.link.serial_link import SerialPort
from firmware_tools.link.session import open_board
from kws_data.cli import run
from kws_data.cli.board_port import check_board, port_here, ports_here, with_port_here
from kws_data.config.load import parse_config
from kws_data.doctor.board import examine_port
from kws_data.sources.recording.boards import open_boards

PICO, NANO = SerialPort("/dev/ttyACM0", "Pico", "2e8a:000a"), SerialPort("/dev/ttyACM1", "Nano", "2341:805a")


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> list[SerialPort]:
    """What is plugged in."""
    ports: list[SerialPort] = []
    for module in ("serial_link", "session"):
        monkeypatch.setattr(f"firmware_tools.link.{module}.list_ports", lambda: list(ports))
    return ports


@pytest.mark.parametrize(
    ("name", "port", "on", "chosen", "said"),
    [
        ("pico", None, [PICO, NANO], "/dev/ttyACM0", "pico: on /dev/ttyACM0, found by its USB identity 2e8a:000a\n"),
        ("pico", None, [NANO], None, "pico: none is attached, rp2040js emulates one\n"),
        ("nano_33_ble_sense", None, [PICO, NANO], "/dev/ttyACM1", "found by its USB identity 2341:805a\n"),
        ("nano_33_ble_sense", None, [], None, ""),  # whoever opens it says that it needs a port
        ("pico", "/dev/ttyS0", [PICO], "/dev/ttyS0", ""),
        ("emulated", None, [PICO], None, ""),
    ],
)
def test_the_attached_board_comes_before_its_emulator(
    plugged: list[SerialPort],
    capsys: pytest.CaptureFixture[str],
    name: str,
    port: str | None,
    on: list[SerialPort],
    chosen: str | None,
    said: str,
) -> None:
    plugged += on
    assert port_here(name, port) == chosen
    assert capsys.readouterr().err.endswith(said) and (said or capsys.readouterr().err == "")


def test_one_board_is_not_opened_twice(plugged: list[SerialPort]) -> None:
    plugged.append(PICO)
    assert ports_here([("pico", None), ("emulated", None)]) == [("pico", "/dev/ttyACM0"), ("emulated", None)]
    with pytest.raises(BoardError, match=r"one board cannot be recorded twice: 'pico on /dev/ttyACM0'. plug the other"):
        ports_here([("pico", None), ("pico", None)])


def test_a_configuration_gets_the_port_only_where_an_emulator_would_stand_in(plugged: list[SerialPort]) -> None:
    plugged += [PICO, NANO]
    for board, port in (("pico", "/dev/ttyACM0"), ("nano_33_ble_sense", None), ("emulated", None)):
        text = f"name: a\nkeywords: [go]\ndevice: {{board: {board}}}\n"
        assert with_port_here(parse_config(text, Path("a.yaml"))).device.port == port


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("board: pico", "emulator needs the npm package: '/nope'|emulator needs Node"),
        ("board: nucleo_f411re", r"board needs a port: 'nucleo_f411re'\. plug it in, .*--set device\.port=PORT"),
        ("board: nucleo_f411re, port: /dev/nope", "no such port: '/dev/nope'"),
    ],
)
def test_a_run_whose_board_cannot_be_reached_ends_before_its_first_step(
    plugged: list[SerialPort],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    device: str,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KWS_RP2040JS", "/nope")
    (tmp_path / "a.yaml").write_text(f"name: a\nkeywords: [go]\ndevice: {{{device}}}\n")
    for verb in ("run", "device-eval"):
        assert run([verb, "a.yaml"]) == 2
        error = capsys.readouterr().err
        assert re.search(words, error) and error.strip().count("\n") <= 1 and "collect" not in error
    assert not (tmp_path / "runs" / "a" / "steps").exists()


@pytest.mark.parametrize(
    ("device", "steps"),
    [
        ("board: pico", ["flash", "device-eval"]),
        ("board: emulated", ["flash", "device-eval"]),
        ("board: pico, port: /dev/ttyACM0", ["device-eval"]),
        ("board: nano_33_ble_sense", ["device-eval"]),
    ],
)
def test_device_eval_flashes_a_board_that_is_emulated(
    plugged: list[SerialPort], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str, steps: list[str]
) -> None:
    asked: list[list[str]] = []

    def run_steps(config: object, names: list[str], **_: object) -> None:
        asked.append(names)
        raise BoardError("that is enough")

    monkeypatch.setattr("kws_data.cli.steps.run_steps", run_steps)
    (tmp_path / "a.yaml").write_text(f"name: a\nkeywords: [go]\ndevice: {{{device}}}\n")
    assert run(["device-eval", str(tmp_path / "a.yaml")]) == 2
    assert asked == [steps]


def test_a_board_that_is_there_is_no_reason_to_end(plugged: list[SerialPort]) -> None:
    plugged.append(NANO)
    for device in ("board: emulated", "board: nano_33_ble_sense", "board: nano_33_ble_sense, port: /dev/ttyACM1"):
        check_board(parse_config(f"name: a\nkeywords: [go]\ndevice: {{{device}}}\n", Path("a.yaml")))


def test_verbs_open_the_attached_board(
    plugged: list[SerialPort], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is another app's: what is said shows that it was asked."""
    monkeypatch.chdir(tmp_path)
    with runs(CONTENT, "pico") as there:
        plugged.append(SerialPort(there.port, "Pico", "2e8a:000a"))
        record = ["record", "--speaker", "s", "--words", "go", "--yes", "--consent", "yes", "--board", "pico"]
        for call in (record, ["listen", "--board", "pico", "--seconds", "1"]):
            run(call)
            assert f"pico: on {there.port}" in capsys.readouterr().err
    assert not (tmp_path / ".kws").exists()  # nothing was flashed to an emulator


@pytest.mark.parametrize("named", [True, False])
def test_another_board_than_was_named_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], named: bool
) -> None:
    """A board's own word counts: in what is said, in the catalogue, and before its figures are taken for another's."""
    monkeypatch.chdir(tmp_path)
    board = "nucleo_f411re" if named else "emulated"  # the one that no --board means
    with runs(CONTENT, "posix") as there:
        with open_boards([(board, there.port)]) as (opened,):
            assert opened.device == "board:posix"
        line = f"another board than nucleo_f411re answers on {there.port}: it calls itself posix"
        record = ["record", "--speaker", "s", "--words", "go", "--yes", "--consent", "yes", "--countdown", "0"]
        for call in (record, ["listen", "--seconds", "1"]):
            run([*call, "--board", board, "--port", there.port])
            assert (line in capsys.readouterr().err) == named
        findings = list(examine_port(there.port, load_board(board), listen_s=0.1))
        assert any(f.found == "posix answers, nucleo_f411re was named" and not f.ok for f in findings) == named
        with open_board(load_board(board), there.port) as session:
            if named:
                with pytest.raises(BoardError, match=r"another board answers: 'posix on .*nucleo_f411re was named"):
                    session.require_itself()
            else:
                session.require_itself()


def test_two_boards_alike_are_one_line_that_lists_them(
    plugged: list[SerialPort], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    plugged += [PICO, SerialPort("/dev/ttyACM9", "Pico", "2e8a:000a")]
    for call in (
        ["record", "--speaker", "s", "--words", "go", "--yes", "--consent", "yes", "--board", "pico"],
        ["listen", "--board", "pico"],
    ):
        assert run(call) == 2
        error = capsys.readouterr().err
        assert "/dev/ttyACM0" in error and "/dev/ttyACM9" in error and "--port" in error and error.count("\n") == 1
