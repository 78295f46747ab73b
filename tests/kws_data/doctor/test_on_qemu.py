"""``kws doctor`` on a board of a real family, an STM32F405 that QEMU runs: all is well but the microphone, which QEMU
has not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from qemu_boards import MACHINES

from firmware_tools.link.serial_link import Link
from kws_data.doctor.board import examine_port, self_test

NETDUINO = next(machine for machine in MACHINES if machine.name == "netduinoplus2")


@pytest.mark.skipif(shutil.which(NETDUINO.program) is None, reason=f"no {NETDUINO.program} here")
def test_firmware_line_and_self_test_are_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kws_data.doctor.board.SELF_TEST_S", 1.0)
    with NETDUINO.running(NETDUINO.build("recorder", {}, tmp_path)) as port:
        found = {finding.what: finding for finding in examine_port(port, NETDUINO.board, listen_s=0.5)}
        with Link(port, NETDUINO.board.baud) as link:
            link.hello()
            tests = list(self_test(link))
    assert found["firmware"].ok and "recorder" in found["firmware"].found
    assert not found["recording"].ok
    assert [finding.what for finding in tests] == ["self-test, ramp", "self-test, tone"]
    assert all(finding.ok for finding in tests) and "1000.00 Hz" in tests[1].found
