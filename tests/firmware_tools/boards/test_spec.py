from pathlib import Path
from typing import Any

import pytest
import yaml

from firmware_tools.boards.spec import board_from_dict, boards_here, list_boards, load_board, read_board
from firmware_tools.errors import BoardError


def _values() -> dict[str, Any]:
    return load_board("emulated").to_dict()


def test_the_emulated_board_is_the_promised_one() -> None:
    board = load_board("emulated")
    assert (board.clock_hz, board.flash.bytes, board.ram.bytes) == (64_000_000, 256 * 1024, 64 * 1024)
    assert board.emulated
    assert board.cycles_to_ms(64_000) == 1.0
    assert board in list_boards()


def test_boards_come_with_kws_and_ones_own_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_board("emulated").baud == 921_600
    own = tmp_path / "configs" / "boards"
    own.mkdir(parents=True)
    (own / "emulated.yaml").write_text(yaml.safe_dump(_values() | {"baud": 115_200}))
    assert load_board("emulated").baud == 115_200
    assert [board.baud for board in list_boards() if board.name == "emulated"] == [115_200]


def test_a_board_survives_its_own_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(_values() | {"name": "mine", "usb_ids": ["2341:805a"]}))
    board = load_board(path)
    assert board.name == "mine"
    assert board.usb_ids == ("2341:805a",)
    assert board_from_dict(board.to_dict()) == board


def test_an_unknown_board_names_the_nearest() -> None:
    with pytest.raises(BoardError, match=r"unknown board: 'emulatd'. did you mean 'emulated'"):
        load_board("emulatd")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"clock_mhz": 64}, "unknown key: 'clock_mhz'. did you mean 'clock_hz'"),
        ({"flash": {"origin": 0, "byte": 4096}}, "unknown key: 'flash.byte'. did you mean 'flash.bytes'"),
        ({"flash": {"origin": 0}}, "key missing: 'flash.bytes'. add it; kws boards --show pico prints a whole file"),
        ({"ram": 65536}, "ram: '65536'. write 'key: value' lines"),
        ({"clock_hz": "fast"}, "clock_hz: 'fast'. write a whole number"),
        ({"clock_hz": True}, "clock_hz: 'True'. write a whole number"),
        ({"core": 4}, "core: '4'. write a text: put it in quotes"),
        ({"core": "cortex-m9"}, "core: 'cortex-m9'. one of cortex-m0"),
        ({"port": "nowhere"}, "port: 'nowhere'. one of emulated"),
        ({"baud": 1}, "baud: '1'"),
        ({"stack_bytes": 60000}, "stack_bytes: '60000'"),
        ({"usb_ids": ["2341"]}, "usb_ids"),
        ({"name": "../up"}, "name: '../up'"),
        ({"name": "other"}, "name is not the file's: 'other'. write name: wrong, or rename the file"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump(_values() | change))
    with pytest.raises(BoardError, match=message) as caught:
        read_board(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [("[unclosed", "is no YAML"), ("just text", "the file: 'just text'. write 'key: value' lines"), ("", "is empty")],
)
def test_a_file_that_is_no_board(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "text.yaml"
    path.write_text(text)
    with pytest.raises(BoardError, match=message):
        read_board(path)


def test_a_file_whose_name_no_board_can_have(tmp_path: Path) -> None:
    path = tmp_path / "my pico.yaml"
    path.write_text(yaml.safe_dump(_values()))
    with pytest.raises(BoardError, match=r"'emulated'. write name: my_pico and rename the file to my_pico.yaml"):
        read_board(path)


def test_a_wrong_file_hides_no_other_board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "configs" / "boards"
    own.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    before = list_boards()
    (own / "broken.yaml").write_text("name: broken")
    (own / "pico.yaml").write_text("name: pico")
    boards, wrong = boards_here()
    assert boards == list_boards() == [board for board in before if board.name != "pico"]
    assert sorted(wrong) == ["broken", "pico"] and "key missing: 'core'" in str(wrong["broken"])


def test_a_file_with_the_other_ending_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "configs" / "boards"
    own.mkdir(parents=True)
    (own / "mine.yml").write_text(yaml.safe_dump(_values() | {"name": "mine"}))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BoardError, match=r"found by its path only: '.*mine.yml'. name it mine.yaml"):
        load_board("mine")
    assert load_board("configs/boards/mine.yml").name == "mine"


def test_a_key_that_stands_twice_is_told_with_both_lines(tmp_path: Path) -> None:
    path = tmp_path / "twice.yaml"
    path.write_text("name: twice\nbaud: 300\nbaud: 600\n")
    with pytest.raises(BoardError, match="baud stands twice, in lines 2 and 3"):
        read_board(path)


def test_a_board_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(_values() | {"name": "mine"}))
    assert load_board("~/mine.yaml").name == "mine"
    with pytest.raises(BoardError, match="cannot be read"):
        load_board("~nobody-of-this-name/mine.yaml")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="cannot be read"):
        load_board(tmp_path / "none.yaml")
