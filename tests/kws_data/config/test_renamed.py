"""A setting's old name is understood wherever settings are given, and never wins over the new one in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kws_data.config.config import Config
from kws_data.config.load import load_config, with_settings
from kws_data.config.model import ModelSettings
from kws_data.config.renamed import RENAMED
from kws_data.config.training import TeacherSettings
from kws_data.errors import ConfigError
from kws_data.experiments.search.space import candidates, shape_name
from kws_data.training.checkpoint import fit_key

OLD, NEW = "export.pointwise_bits", "model.pointwise_bits"
BOTH = r"by two names.*model\.pointwise_bits=8, export\.pointwise_bits=4.*keep model\.pointwise_bits"


def load(folder: Path, text: str = "", *overrides: str) -> Config:
    path = folder / "tiny.yaml"
    path.write_text("keywords: [go, left]\n" + text)
    return load_config(path, overrides)


@pytest.mark.parametrize("text", ["export: {pointwise_bits: 4}\n", "model: {pointwise_bits: 4}\n"])
def test_both_names_make_the_same_configuration(tmp_path: Path, text: str) -> None:
    config = load(tmp_path, text)
    assert config.model.pointwise_bits == 4 and not hasattr(config.export, "pointwise_bits")
    assert config == load(tmp_path, "", f"{OLD}=4") == load(tmp_path, "", f"{NEW}=4")
    assert config.sha256() == load(tmp_path, "model: {pointwise_bits: 4}\n" + "export: {pointwise_bits: 4}\n").sha256()
    assert config.sha256("model") != load(tmp_path).sha256("model")


@pytest.mark.parametrize(
    "text", ["export: {pointwise_bits: 4, arena_plan: true}\n", "model: {pointwise_bits: 4, channels: 12}\n"]
)
@pytest.mark.parametrize("name", [OLD, NEW])
def test_an_override_by_either_name_wins_over_the_file(tmp_path: Path, text: str, name: str) -> None:
    config = load(tmp_path, text, f"{name}=8")
    assert config.model.pointwise_bits == 8
    assert (config.export.arena_plan, config.model.channels) in ((True, 28), (False, 12))


def test_two_names_with_different_values_are_an_error_that_names_both(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=BOTH):
        load(tmp_path, "model: {pointwise_bits: 8}\nexport: {pointwise_bits: 4}\n")
    with pytest.raises(ConfigError, match=BOTH):
        load(tmp_path, "", f"{OLD}=4", f"{NEW}=8")
    with pytest.raises(ConfigError, match=BOTH):
        with_settings(load(tmp_path), {NEW: 8, "export": {"pointwise_bits": 4}})


def test_a_wrong_value_by_the_old_name_and_a_wrong_section_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"model\.pointwise_bits"):
        load(tmp_path, "export: {pointwise_bits: 5}\n")
    with pytest.raises(ConfigError, match="model"):
        load(tmp_path, "model: 3\nexport: {pointwise_bits: 4}\n")


@pytest.mark.parametrize(
    "space", [{OLD: [4, 8]}, {NEW: [4, 8]}, {"export": [{"pointwise_bits": 4}, {"pointwise_bits": 8}]}]
)
def test_a_search_space_may_use_either_name(tmp_path: Path, space: dict[str, list[Any]]) -> None:
    for own in (4, 8):
        config = load(tmp_path, f"model: {{pointwise_bits: {own}}}\n")
        found = list(candidates([space], config))
        assert {one.config.model.pointwise_bits for one in found} == {4, 8} and len(found) == 2
        assert {"4 bits" in shape_name(one.config) for one in found} == {True, False}


def test_every_family_may_be_given_it(tmp_path: Path) -> None:
    changed = with_settings(load(tmp_path, "model: {pointwise_bits: 4}\n"), {"model.family": "bc_resnet"})
    assert (changed.model.family, changed.model.pointwise_bits) == ("bc_resnet", 4)


def test_a_model_of_8_bits_keeps_the_keys_and_hashes_that_it_had_without_the_setting() -> None:
    before = "family='tenet' channels=80 blocks=6 kernel=9 residual=True dropout=0.1 padding='same' stride=2"
    before += " branches=None expansion=2 options={}"
    model = ModelSettings(family="tenet", channels=80, blocks=6, dropout=0.1, pointwise_bits=8)
    assert str(model) == before and "pointwise_bits" not in model.model_dump()
    four = model.model_copy(update={"pointwise_bits": 4})
    assert fit_key(four) != fit_key(model) and four.model_dump()["pointwise_bits"] == 4


def test_teachers_stay_in_float() -> None:
    with pytest.raises(ValueError, match="teachers stay in float"):
        TeacherSettings(models=(ModelSettings(pointwise_bits=4),))


def test_old_names_are_gone_and_new_ones_are_there() -> None:
    for old, new in RENAMED.items():
        for name, there in ((old, False), (new, True)):
            section, _, setting = name.partition(".")
            assert (setting in type(getattr(Config(name="t", keywords=["go"]), section)).model_fields) == there
