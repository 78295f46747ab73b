"""No pin serves two parts of a board."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_tools.boards.port import load_port
from firmware_tools.boards.spec import board_from_dict, load_board
from firmware_tools.errors import BoardError

PDM = {"kind": "pdm", "clock_pin": 2, "data_pin": 3}
UART = {"kind": "uart", "tx_pin": 0}


@pytest.mark.parametrize("board", ["pico", "pico2"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"microphone": PDM | {"data_pin": 2}}, "microphone.data_pin is microphone.clock_pin too: '2'"),
        (
            {"microphone": {"kind": "i2s", "clock_pin": 2, "data_pin": 3}},
            "microphone.data_pin is the pin after microphone.clock_pin too: '3'",
        ),
        ({"microphone": PDM | {"clock_pin": 0}, "serial": UART}, "serial.tx_pin is microphone.clock_pin too: '0'"),
        (
            {"microphone": PDM | {"data_pin": 1}, "serial": UART},
            "the pin after serial.tx_pin is microphone.data_pin too: '1'",
        ),
    ],
)
def test_a_pin_that_is_named_twice_is_told(board: str, change: dict[str, Any], message: str) -> None:
    with pytest.raises(BoardError) as caught:
        board_from_dict(load_board(board).to_dict() | change, "mine.yaml")
    assert str(caught.value) == f"mine.yaml: {message}. each needs a pin of its own"


def test_pins_of_their_own_and_pins_that_are_none() -> None:
    pico = load_board("pico").to_dict()
    assert board_from_dict(pico | {"microphone": PDM, "serial": UART}).microphone.kind == "pdm"
    nano = load_board("nano_33_ble_sense").to_dict()
    without_supply = {"kind": "pdm", "clk_pin": 26, "din_pin": 25}
    assert board_from_dict(nano | {"microphone": without_supply}).microphone.to_dict()["pwr_pin"] == -1
    with pytest.raises(BoardError, match=r"microphone.pwr_pin is microphone.din_pin too: '25'"):
        board_from_dict(nano | {"microphone": without_supply | {"pwr_pin": 25}})


def test_what_is_said_of_next_pins_is_a_setting_of_the_port() -> None:
    for name in ("rp2040", "rp2350"):
        port = load_port(name)
        known = {f"{kind}.{key}" for kinds in (port.microphones, port.serials) for kind in kinds for key in kinds[kind]}
        assert port.next_pins and set(port.next_pins) <= known
