"""Whatever stands in a setting: what is wrong is said in words, none of them pydantic's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from firmware_tools.errors import KwsError
from firmware_tools.frontend.spec import FrontendSpec
from kws_data.config.config import Config
from kws_data.config.load import load_config, parse_config, with_settings

MINIMAL = {"name": "tiny", "keywords": ["go"]}
ODD = (
    None,
    True,
    -1,
    10**30,
    1.5,
    float("nan"),
    float("inf"),
    "",
    "word",
    "x" * 300,
    [],
    [1, 2],
    [None],
    [[]],
    {},
    {"a": 1},
    {1: 2},
    ["a"] * 1_000,
)
PHRASES = ("Input should", "instance of", "pydantic", "valid dictionary", "Field required", "Value error")


def keys(kind: Any = Config, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every section and every setting."""
    for name, field in kind.model_fields.items():
        yield (*before, name)
        if kind.is_section(name) and hasattr(field.annotation, "model_fields"):
            yield from keys(field.annotation, (*before, name))
    if not before:
        yield from (("frontend", field.name) for field in fields(FrontendSpec))


@pytest.mark.parametrize("key", list(keys()), ids=".".join)
def test_no_odd_value_is_told_in_words_that_are_not_ours(key: tuple[str, ...]) -> None:
    for value in ODD:
        values: dict[str, Any] = dict(MINIMAL)
        node = values
        for part in key[:-1]:
            node = node.setdefault(part, {})
        node[key[-1]] = value
        try:
            parse_config(yaml.safe_dump(values), Path("odd.yaml"))
        except KwsError as error:
            line = str(error)
            assert key[0] in line.replace("front end", "frontend"), (value, line)
            assert not any(phrase in line for phrase in PHRASES), (value, line)
            assert len(line) < 600 and "\n" not in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("keywords: [go]\nname: [1, 2]", "name cannot be used: [1, 2]. a text is wanted here"),
        ("keywords: [go]\nname:", "name: nothing stands here: a text is wanted, or leave the key out"),
        ("keywords:", "keywords: nothing stands here: a list, [first, second], is wanted"),
        ("keywords: go", "keywords cannot be used: 'go'. a list, [first, second], is wanted here"),
        ("keywords: [go, 12]", "keywords.1 cannot be used: 12. YAML reads this as a number or a date"),
        ("keywords: [2024-01-31]", "'2024-01-31'. YAML reads this as a number or a date: put the text in quotes"),
        ("keywords: [go]\ntrain: 3", "train cannot be used: 3. a table, lines of key: value below the name, is wanted"),
        ("keywords: [go]\ntrain: {epochs: 0}", "train.epochs cannot be used: 0. 1 or more is wanted here"),
        ("keywords: [go]\ntrain: {epochs: 2.5}", "2.5. a whole number is wanted here"),
        ("keywords: [go]\nmodel: {padding: full}", "'full'. 'same' or 'valid' is wanted here"),
        ("keywords: [go]\nmodel: {options: {a: [1]}}", "model.options.a cannot be used: [1]. a text, a number, true"),
        ("keywords: [go]\nmodel: {branches: 3}", "a list, [first, second], is wanted here"),
        ("keywords: [go]\nfrontend: [1]", "frontend cannot be used: [1]. a table"),
        ("keywords: [go]\nyes: 3", "tiny.yaml: a key is no text: True. put it in quotes"),
        ("keywords: [go]\ntrain: {teacher: {models: [{chanels: 3}]}}", "did you mean channels?"),
        (f"keywords: {['x' * 50] * 40}", "…"),
    ],
)
def test_what_is_wanted_is_said_in_words(text: str, expected: str) -> None:
    with pytest.raises(KwsError) as caught:
        parse_config(text, Path("tiny.yaml"))
    assert expected in str(caught.value)


def test_a_section_without_a_line_in_it_has_its_defaults() -> None:
    text = "name: tiny\nkeywords: [go]\n"
    empty = parse_config(text + "train:\ndata:\n  synth:\nmodel:\nfrontend:\nexport:\n", Path("tiny.yaml"))
    assert empty == parse_config(text, Path("tiny.yaml"))
    assert empty.sha256() == parse_config(text, Path("tiny.yaml")).sha256()
    assert parse_config(text + "train:\n", Path("tiny.yaml"), ["train.epochs=3"]).train.epochs == 3


def test_a_setting_of_a_search_is_told_in_the_same_words() -> None:
    config = parse_config("name: tiny\nkeywords: [go]\n", Path("tiny.yaml"))
    with pytest.raises(KwsError, match=r"model.channels cannot be used: 'many'. a whole number is wanted here"):
        with_settings(config, {"model.channels": "many"})


def test_home_is_found_in_paths_and_stays_out_of_the_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text("name: tiny\nkeywords: [go]\ndata: {source: folder, folder: ~/words, noise_folder: ~/noise}\n")
    hashes = set()
    for home in ("one", "other"):
        monkeypatch.setenv("HOME", str(tmp_path / home))
        config = load_config(path)
        assert Path(str(config.data.folder)) == tmp_path / home / "words"
        assert Path(with_settings(config, {"train.epochs": 3}).data.noise_folder or "") == tmp_path / home / "noise"
        hashes.add(config.sha256())
    assert len(hashes) == 1


def test_an_override_of_a_text_is_taken_as_it_was_typed(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text("name: tiny\nkeywords: [go]\n")
    for typed in ("007", "2024-01-31", "a #b", "[red]", "a: b", "yes", "1:30", "it's", "{", "*x"):
        assert load_config(path, [f"data.folder={typed}"]).data.folder == typed
    assert load_config(path, ["data.folder=null"]).data.folder is None
    assert load_config(path, ["data.folder='007'"]).data.folder == "007"
    assert load_config(path, ["train.epochs=2", "train.epochs=3"]).train.epochs == 3, "the last one, as on any line"
    with pytest.raises(KwsError, match=r"--set train.epochs cannot be used: '010'. YAML reads 010 as 8"):
        load_config(path, ["train.epochs=010"])


def test_a_padded_model_is_not_asked_to_stream() -> None:
    with pytest.raises(KwsError, match="padding: valid"):
        load_config("demo", ["model.padding=same"])
    assert load_config("demo", ["model.padding=same", "stream.engine=auto"]).model.padding == "same"
