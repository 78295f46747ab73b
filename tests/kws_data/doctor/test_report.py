"""The report that confirms a board: all that is known of it, and nobody's name."""

from __future__ import annotations

import getpass
import json
import platform
from pathlib import Path

import pytest
from fake_board import HELLO_PAYLOAD

from firmware_tools.boards.spec import load_board
from firmware_tools.protocol.replies import parse_hello
from kws_data.doctor.board import firmware_finding
from kws_data.doctor.findings import bad, note, well
from kws_data.doctor.report import board_report, nameless, operating_system

BOARD = load_board("emulated")
HELLO = parse_hello(HELLO_PAYLOAD)


def test_it_says_what_was_found_on_what() -> None:
    findings = [firmware_finding(HELLO), well("line", "fine", lost=0), bad("hum", "50 Hz", "ground it", share=0.5)]
    report = json.loads(json.dumps(board_report(BOARD, findings)))
    assert (report["schema"], report["well"]) == (1, False)
    assert report["board"]["name"] == "emulated" and report["board"]["microphone"] == {"kind": "builtin"}
    assert report["firmware"]["firmware_crc32"] == HELLO.firmware and report["firmware"]["app"] == HELLO.app
    assert [finding["mark"] for finding in report["findings"]] == ["ok", "ok", "FAIL"]
    assert report["findings"][2]["values"] == {"share": 0.5}
    assert report["os"] == operating_system() and platform.machine() in report["os"]


def test_without_an_answer_there_is_no_firmware() -> None:
    assert board_report(BOARD, [bad("firmware", "nobody answers", "press reset")])["firmware"] is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/dev/ttyACM0: can be opened", "(port): can be opened"),
        ("/dev/cu.usbmodem1101", "(port)"),
        ("line of COM7", "line of (port)"),
        ("is busy: picocom /dev/ttyUSB1 (process 71) has it", "is busy: (a program) has it"),
        ("board file cannot be read '/home/ann/my boards/x.yaml'", "board file cannot be read '(path) boards/x.yaml'"),
        ("~/kws/pico.yaml", "(path)"),
        ("C:\\Users\\ann\\pico.yaml", "(path)"),
        ("board E6614103E7174B2C says", "board (number) says"),
        ("1 of 2 samples/s, 3 and/or 4", "1 of 2 samples/s, 3 and/or 4"),
    ],
)
def test_texts_lose_ports_paths_and_numbers(text: str, left: str) -> None:
    assert nameless(text) == left


def test_texts_lose_the_names_of_machine_and_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "node", lambda: "annes-laptop.lan")
    monkeypatch.setattr(getpass, "getuser", lambda: "anne")
    assert nameless("seen by anne on annes-laptop, Joanne") == "seen by (name) on (name), Joanne"


def test_nothing_of_this_machine_is_in_a_report() -> None:
    finding = note("port", f"{Path.home()}/x on {platform.node()}", f"sudo usermod -aG dialout {getpass.getuser()}")
    text = json.dumps(board_report(BOARD, [finding]))
    assert str(Path.home()) not in text
    if len(platform.node()) > 3:
        assert platform.node() not in text
