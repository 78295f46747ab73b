"""A page a board: each says the same things in the same order, and the pins of the board's own file."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest
import yaml

from firmware_tools.boards.spec import list_boards

DOCS = Path(str(resources.files("kws_data"))) / "docs"
PAGES = sorted((DOCS / "boards").glob("*.md"))
SECTIONS = ["Wiring", "Flashing", "Recording", "What is proven"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_wiring_flashing_recording_and_what_is_proven(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", text, re.M) == SECTIONS
    assert f"kws flash --board {page.stem} " in text and f"kws record --board {page.stem} " in text
    assert "Nothing is confirmed on hardware" in text and "](../boards.md)" in text
    assert "{" not in re.sub(r"`[^`]*`|```.*?```", "", text, flags=re.S)


def test_all_pages_are_linked_and_all_links_lead_to_one() -> None:
    linked = set(re.findall(r"\]\(boards/(\w+)\.md\)", (DOCS / "boards.md").read_text(encoding="utf-8")))
    assert linked == {page.stem for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pins_are_those_of_the_boards_file(page: Path) -> None:
    board = next((board for board in list_boards() if board.name == page.stem), None)
    if board is None:
        pytest.skip("its port is not here")
    said = re.search(r"```yaml\n(microphone: .*)\n```", page.read_text(encoding="utf-8"))
    if said is None:
        pytest.skip("its page names no pins of the file")
    microphone = board.microphone.to_dict()
    for key, value in yaml.safe_load(said[1])["microphone"].items():
        assert microphone[key] == value, key
