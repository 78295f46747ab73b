"""What kws new writes says of each setting what its model says, and is read back as it was meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kws_data.config.load import load_config, parse_config
from kws_data.config.starter import EXTRAS, SETTINGS, choices, default, description, starter, summary

WHERE = Path("own.yaml")


def text(keywords: tuple[str, ...] = ("lamp",), name: str = "own", **changes: Any) -> str:
    return starter(name, keywords, **{"folder": None, "board": "emulated", "microphone": True} | changes)


def value(values: Any, key: str) -> Any:
    for part in key.split("."):
        values = values[part] if isinstance(values, dict) else getattr(values, part)
    return values


@pytest.mark.parametrize("key", SETTINGS)
def test_each_setting_stands_below_what_its_model_says_of_it(key: str) -> None:
    lines = [line.strip() for line in text().splitlines()]
    assert description(key), f"{key} needs a description for a beginner"
    above = [lines[at - 1] for at, line in enumerate(lines) if line.startswith(f"{key.split('.')[-1]}: ")]
    value = default(key)
    shown = yaml.safe_dump(value, default_flow_style=True).removesuffix("...\n").strip()
    assert len(above) == 1 and above[0].startswith(f"# {description(key)} (") and above[0].endswith(f"default {shown})")
    assert all(choice in above[0] for choice in choices(key))
    assert f"# {summary(key.rpartition('.')[0])}" in lines


def test_the_defaults_that_are_told_are_those_of_a_configuration_that_says_nothing() -> None:
    bare = parse_config("keywords: [lamp]", WHERE)
    assert {key: value(bare, key) for key in SETTINGS} == {key: default(key) for key in SETTINGS}
    assert choices("data.source") == ("synthetic", "folder", "both") and choices("train.epochs") == ()


def test_a_new_configuration_is_the_demo_with_other_keywords() -> None:
    demo = load_config("demo")
    own = parse_config(text(("lamp", "house")), WHERE)
    assert own.keywords == ["lamp", "house"] and "house" not in own.data.synth.other_words
    same = [key for key in SETTINGS if key != "data.synth.other_words" and key not in EXTRAS]
    assert {key: value(own, key) for key in same} == {key: value(demo, key) for key in same}
    assert own.train.teacher.kind == "encoder" and own.train.teacher.optional
    assert [more.engine.kind for more in own.data.synth.more] == ["piper", "hibari"]
    assert all(more.optional for more in own.data.synth.more), "a beginner without extras would be stopped"


WORDS = ["yes", "no", "on", "Off", "null", "1", "1e3", "Öl", "лампа", "灯", "it's", '"quoted"', "a:b", "#a"]


@pytest.mark.parametrize("word", WORDS)
def test_every_word_comes_back_as_it_was_given(word: str) -> None:
    assert parse_config(text((word, "other")), WHERE).keywords == [word, "other"]


def test_a_name_that_looks_like_a_number_stays_a_name() -> None:
    assert parse_config(text(name="1e3"), WHERE).name == "1e3"


def test_a_folder_takes_the_place_of_synthetic_people() -> None:
    own = parse_config(text(folder="my data: 1"), WHERE)
    assert (own.data.source, own.data.folder, own.data.record_train_clips) == ("folder", "my data: 1", 0)
    assert "synth" not in yaml.safe_load(text(folder="data"))["data"]


def test_nothing_is_played_into_the_microphone_of_a_real_board() -> None:
    own = parse_config(text(board="mine", microphone=False), WHERE)
    assert (own.device.board, own.data.record_test_clips, own.data.record_train_clips) == ("mine", 0, 0)


def test_targets_are_written_as_comments_that_can_be_used_as_they_are() -> None:
    lines = text().splitlines()
    written = lines[lines.index("# targets:") :]
    assert "targets" not in yaml.safe_load(text()) and all(line.startswith("#") for line in written)
    own = parse_config("\n".join([*lines[: -len(written)], *(line[2:] for line in written)]), WHERE)
    assert own.targets.wanted.keys() >= {"tpr_min", "worst_slice_tpr_min"} and own.targets.by == "interval"
