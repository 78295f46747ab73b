"""Currents of a board file: each is a number, and each says where it is from."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_tools.boards.spec import board_from_dict, list_boards, load_board
from firmware_tools.errors import BoardError


def _changed(**changes: Any) -> dict[str, Any]:
    values = load_board("emulated").to_dict()
    return values | {"power": values["power"] | changes}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"active": 52}, r"power.active: '52'. write \{ua_per_mhz: 100, source"),
        ({"active": {"ua_per_mhz": 52}}, "key missing: 'power.active.source'"),
        ({"sleep": {"ua": "little", "source": "x"}}, "power.sleep.ua: 'little'. write microamperes"),
        ({"sleep": {"ua": -1, "source": "x"}}, "power.sleep.ua: '-1'"),
        ({"capture": {"ua": 1, "source": " "}}, "power.capture.source: .*say where the figure is from"),
        ({"microphone": {"mA": 1, "source": "x"}}, "unknown key: 'power.microphone.mA'"),
        ({"radio": {"ua": 1, "source": "x"}}, "unknown key: 'power.radio'"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BoardError, match=message):
        board_from_dict(_changed(**change))


def test_a_board_without_figures_has_none() -> None:
    values = load_board("emulated").to_dict()
    del values["power"]
    assert board_from_dict(values).power is None
    assert board_from_dict(values | {"power": None}).power is None


def test_each_board_that_comes_with_kws_says_where_its_figures_are_from() -> None:
    known = [board for board in list_boards() if board.power is not None]
    assert {"emulated", "nano_33_ble_sense", "pico"} <= {board.name for board in known}
    for board in known:
        assert board.power is not None and board_from_dict(board.to_dict()) == board
        assert 0 < board.power.active.ua_per_mhz < 1_000 and board.power.microphone.ua < 5_000
