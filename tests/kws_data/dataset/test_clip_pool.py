"""Words of the catalogue are spelt as the keywords are, and none counts as another word for how it is written."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from made_folder import make_folder

from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.clip_pool import clips_of
from kws_data.errors import DataError
from kws_data.sources.imports.find_layout import import_layout

WORDS = ("go", "Go", "stop", "hey jarvis", "cat")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("pool")
    make_folder(root / "data", speakers=2, words=WORDS)
    with Catalog(root / "rec") as catalog:
        import_layout(catalog, "speech-commands", root / "data")
        with catalog.transaction():  # as an import of an earlier version left it
            catalog.db.execute("UPDATE clips SET word = 'hey jarvis' WHERE word = 'hey_jarvis'")
    return root


def words(root: Path, keywords: list[str], **data: object) -> Counter[str]:
    values = {"source": "folder", "folder": str(root / "data"), "recordings": str(root / "rec")} | data
    config = Config.model_validate({"name": "t", "keywords": keywords, "data": values})
    with Catalog(root / "rec") as catalog:
        return Counter(clip.word for clip in clips_of(config, catalog) if not clip.word.startswith("_"))


def test_a_blank_and_an_underscore_are_one_word(root: Path) -> None:
    found = words(root, ["hey jarvis", "stop"])
    assert found == words(root, ["hey_jarvis", "stop"]) and found["hey_jarvis"] == 2


@pytest.mark.parametrize("keywords", [["go"], ["Go"], ["Hey-Jarvis"], ["heyjarvis"], ["GO", "stop"]])
def test_another_spelling_of_a_keyword_stops(keywords: list[str], root: Path) -> None:
    with pytest.raises(DataError, match=r"2 clips.*data\.other_spellings to keyword"):
        words(root, keywords)


def test_the_answer_is_a_setting(root: Path) -> None:
    assert words(root, ["go"], other_spellings="keyword")["go"] == 4
    asked = words(root, ["go"], other_spellings="unknown")
    assert (asked["go"], asked["Go"]) == (2, 2)
