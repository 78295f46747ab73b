"""What the doctor says of the micro interpreter."""

from __future__ import annotations

import pytest

from firmware_tools.engine import tflm_rule
from firmware_tools.tflite import tflm
from kws_data.cli import run
from kws_data.doctor import machine
from kws_data.doctor.findings import Finding, well


@pytest.mark.skipif(not tflm.available(), reason="tflite-micro has no wheel for this machine")
def test_the_pinned_wheel_equals_the_engine() -> None:
    assert machine._interpreter().endswith("which the C engine equals byte for byte")


@pytest.mark.skipif(not tflm.available(), reason="tflite-micro has no wheel for this machine")
def test_a_wheel_of_the_other_rule_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tflm_rule, "tflm_rule", lambda: "float32")
    assert "may differ from the C engine by one step" in machine._interpreter()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--board", "nosuch"], "unknown board: 'nosuch'"),
        (["--port", "/dev/nope"], "there is no such port: '/dev/nope'"),
    ],
)
def test_a_board_or_port_that_is_not_there_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    monkeypatch.setattr(machine, "examine", lambda *_, **__: pytest.fail("began to examine"))
    assert run(["doctor", *arguments]) == 2
    shown = capsys.readouterr()
    assert words in shown.err and shown.out == ""


@pytest.mark.parametrize(
    ("board", "port", "first"),
    [("emulated", None, "machine"), ("emulated", "/dev/ttyACM0", "board"), ("pico", None, "board")],
)
def test_a_board_that_is_named_comes_first(
    monkeypatch: pytest.MonkeyPatch, board: str, port: str | None, first: str
) -> None:
    for name in ("machine", "board"):
        part: list[Finding] = [well(name, "")]
        monkeypatch.setattr(machine, "_machine" if name == "machine" else "_boards", lambda *_, part=part: iter(part))
    assert next(machine.examine(board, port)).what == first
