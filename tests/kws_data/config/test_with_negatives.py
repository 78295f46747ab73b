"""One configuration, two recipes: for clips, and for hours in which no keyword is said."""

from pathlib import Path

import pytest

from kws_data.config.load import load_config, parse_config
from kws_data.errors import ConfigError

TEXT = """
keywords: [go]
train: {epochs: 7, label_smoothing: 0.1}
with_negatives:
  train.label_smoothing: 0.0
  train.teacher.count: 0
"""


def test_the_section_holds_where_negatives_are_named_and_what_a_person_says_holds_always() -> None:
    path = Path("c.yaml")
    assert parse_config(TEXT, path).train.label_smoothing == 0.1
    heard = parse_config(TEXT, path, ["data.negatives=[talk]"])
    assert heard.train.label_smoothing == 0.0 and heard.train.epochs == 7
    assert parse_config(TEXT, path, ["data.negatives=[talk]", "train.label_smoothing=0.2"]).train.label_smoothing == 0.2
    assert parse_config(TEXT, path, ["data.negatives=[]"]).train.label_smoothing == 0.1


def test_nine_words_are_taught_by_teachers_only_where_nobody_listens() -> None:
    folder = "data.folder=words"
    assert load_config("gsc9", [folder]).train.teacher.count == 4
    assert load_config("gsc9", [folder, "data.negatives=[talk]"]).train.teacher.count == 0


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("with_negatives: [1]", "with_negatives is no table of settings"),
        ("with_negatives: {train: {epochs: 3}}", "with_negatives is no table of settings"),
        ("with_negatives: {train.epoch: 3}", "epochs"),
        ("with_negatives: {train.epochs: many}", "train.epochs"),
        ("with_negatives: {name.first: x}", "override goes into a plain value"),
    ],
)
def test_a_wrong_section_is_told_even_where_nobody_is_to_listen(section: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_config(f"keywords: [go]\n{section}\n", Path("c.yaml"))
