"""What a board file may say below ``loader``, and that all who know flashers know the same."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_tools.boards.loader import FLASHER_NAMES, loader_settings
from firmware_tools.boards.spec import boards_here
from firmware_tools.errors import BoardError
from firmware_tools.flashers.find import HARDWARE, flasher_for


def test_names_in_board_files_are_the_tools_that_there_are() -> None:
    assert set(FLASHER_NAMES) == {"emulated", *HARDWARE}
    assert all(tool.tool == name for name, tool in HARDWARE.items())


def test_each_board_that_comes_with_kws_has_a_flasher_that_takes_its_settings() -> None:
    boards, wrong = boards_here()
    assert boards and not wrong
    for board in boards:
        flasher_for(board)


def test_lists_become_tuples_and_nothing_is_added() -> None:
    values = {"usb_ids": ["2341:005a"], "touch": True}
    assert loader_settings("samba", values, "x.yaml") == (("usb_ids", ("2341:005a",)), ("touch", True))
    assert loader_settings("uf2", {"family": 0xE48BFF56}, "x.yaml") == (("family", 0xE48BFF56),)
    assert loader_settings("samba", None, "x.yaml") == ()


@pytest.mark.parametrize(
    ("flasher", "values", "words"),
    [
        ("jtag", {}, "x.yaml: unknown flasher: 'jtag'.*uf2, samba, esptool"),
        ("uf2", ["family"], "x.yaml: loader: .*write 'key: value' lines below it"),
        ("uf2", {}, "x.yaml: loader: key missing: 'family'"),
        ("uf2", {"family": "rp2040", "boardid": "x"}, "unknown key: 'boardid'. did you mean 'board_id'"),
        ("emulated", {"zzz": 1}, "unknown key: 'zzz'. emulated knows none"),
        ("uf2", {"family": 1.5}, "x.yaml: loader.family: '1.5'. write a text or a number"),
        ("uf2", {"family": True}, "write a text or a number"),
        ("esptool", {"chip": ""}, "x.yaml: loader.chip: ''. write a text"),
        ("esptool", {"chip": "esp32c3", "offset": "0"}, "write a number"),
        ("samba", {"touch": 1}, "write true or false"),
        ("samba", {"usb_ids": ["2341"]}, "write a list of texts like '2341:005a'"),
        ("uf2", {"family": "rp2040", "drive": "x/../y"}, "x.yaml: loader.drive: 'x/../y'. write the drive's name"),
        ("drive", {"drive": ["NODE", "../up"]}, "write a list of texts$"),
        ("openocd", {"config": "a.cfg"}, "write a list of texts$"),
        ("openocd", {"config": []}, "write a list of texts$"),
    ],
)
def test_what_cannot_be_is_told(flasher: str, values: Any, words: str) -> None:
    with pytest.raises(BoardError, match=words):
        loader_settings(flasher, values, "x.yaml")
