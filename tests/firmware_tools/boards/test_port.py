"""What a board file may say of its microphone and serial line is what its port knows."""

import re
from typing import Any

import pytest

from firmware_tools.boards.port import BUILTIN, Choice, Peripheral, load_port, peripheral, port_names
from firmware_tools.errors import BoardError

KINDS = {"pdm": {"clock_pin": Choice(0, 29), "right": Choice(0, 1, 0)}, "adc": {"pin": Choice(26, 29, 26)}}


def test_every_port_says_on_which_cores_it_runs_and_has_its_folders() -> None:
    assert "emulated" in port_names()
    for name in port_names():
        port = load_port(name)
        assert port.cores and all(folder.is_dir() for folder in port.folders)
        assert any((folder / "linker.ld").is_file() for folder in port.folders)


def test_a_microphone_gets_its_defaults_and_becomes_definitions() -> None:
    found = peripheral({"kind": "pdm", "clock_pin": 2}, KINDS, "pico.yaml: microphone")
    assert found == Peripheral("pdm", (("clock_pin", 2), ("right", 0)))
    assert found.defines("KWS_MIC") == ("KWS_MIC_PDM=1", "KWS_MIC_CLOCK_PIN=2", "KWS_MIC_RIGHT=0")
    assert peripheral(found.to_dict(), KINDS, "again") == found


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (None, "one of pdm, adc"),
        ({"kind": "i2s"}, "one of pdm, adc"),
        ({"kind": "pdm"}, "key missing: 'clock_pin'. add clock_pin: 0 to 29"),
        ({"kind": "pdm", "clock_pin": 30}, "clock_pin: '30'. 0 to 29"),
        ({"kind": "pdm", "clock_pin": True}, "clock_pin: 'True'. 0 to 29"),
        ({"kind": "adc", "pim": 26}, "unknown key: 'pim'. adc knows pin"),
    ],
)
def test_what_a_port_does_not_know_is_told(values: Any, message: str) -> None:
    with pytest.raises(BoardError, match=re.escape("pico.yaml: microphone")) as caught:
        peripheral(values, KINDS, "pico.yaml: microphone")
    assert message in str(caught.value)


def test_a_large_number_is_told_as_people_write_it() -> None:
    with pytest.raises(BoardError, match=re.escape("vid: '190634 (0x2e8aa)'. 1 to 65535 (0xffff)")):
        peripheral({"kind": "usb", "vid": 0x2E8AA}, {"usb": {"vid": Choice(1, 0xFFFF)}}, "x")


def test_a_port_with_one_microphone_takes_no_choice() -> None:
    assert peripheral(None, {}, "x") == peripheral(BUILTIN.to_dict(), {}, "x") == BUILTIN
    with pytest.raises(BoardError, match="leave it out"):
        peripheral({"kind": "pdm"}, {}, "x")
