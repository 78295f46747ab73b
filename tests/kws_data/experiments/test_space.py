from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from kws_data.config.config import Config
from kws_data.config.load import with_settings
from kws_data.errors import ConfigError
from kws_data.experiments.search.space import DEFAULT_SPACE, candidates, load_space


def config(**model: Any) -> Config:
    return Config.model_validate({"name": "t", "keywords": ["yes", "no"], "model": model})


def test_the_configurations_own_shape_comes_first_and_spaces_take_turns() -> None:
    spaces = [{"model.channels": [8, 12]}, {"model.family": ["tenet"], "model.channels": [16, 20, 24]}]
    found = list(candidates(spaces, config()))
    assert found[0].config == config() and found[0].settings == {}
    assert [c.config.model.family for c in found[1:]] == ["temporal_dscnn", "tenet"] * 2 + ["tenet"]
    assert [c.number for c in found] == list(range(6))


def test_each_combination_comes_once_in_an_order_of_the_seed() -> None:
    space = [{"model.channels": [8, 12, 16], "model.blocks": [2, 3]}]
    found = [(c.config.model.channels, c.config.model.blocks) for c in candidates(space, config())]
    assert sorted(found[1:]) == [(c, b) for c in (8, 12, 16) for b in (2, 3)]
    assert found == [(c.config.model.channels, c.config.model.blocks) for c in candidates(space, config())]
    other = config().model_copy(update={"seed": 1})
    assert found[1:] != [(c.config.model.channels, c.config.model.blocks) for c in candidates(space, other)][1:]


def test_a_combination_that_is_no_configuration_is_skipped() -> None:
    space = [{"frontend": [{"mel_bands": 20, "coefficients": 40}, {"mel_bands": 20, "coefficients": 13}]}]
    found = list(candidates(space, config()))
    assert [c.config.frontend.coefficients for c in found] == [40, 13]


def test_a_space_without_one_valid_configuration_says_why() -> None:
    with pytest.raises(ConfigError, match="family"):
        list(candidates([{"model.family": ["resnet_152"]}], config()))


def test_another_family_does_not_inherit_settings_that_it_does_not_have() -> None:
    base = config(branches=[3, 5], channels=20)
    changed = with_settings(base, {"model.family": "ds_cnn", "model.kernel": 10})
    assert changed.model.family == "ds_cnn" and changed.model.channels == 20 and changed.model.branches is None


def test_a_front_end_keeps_what_the_space_leaves_open() -> None:
    base = Config.model_validate(
        {"name": "t", "keywords": ["a"], "frontend": {"mel_bands": 32, "coefficients": 20, "hop_samples": 256}}
    )
    changed = with_settings(base, {"frontend": {"kind": "log_mel"}})
    assert (changed.frontend.kind, changed.frontend.hop_samples) == ("log_mel", 256)


def test_the_default_space_has_both_kinds_of_front_ends_and_several_families() -> None:
    found = [c.config for c in islice(candidates(DEFAULT_SPACE, config()), 60)]
    assert {c.frontend.kind for c in found} == {"mfcc", "log_mel"}
    assert {c.model.family for c in found} == {"temporal_dscnn", "tenet"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no mapping"),
        ("[1, 2]", "no mapping"),
        ("model.channels: 24", "list of values"),
        ("model.channels: []", "list of values"),
        ("data.folder: [a]", "no setting"),
        ("model.channels: [", "cannot be read"),
        ("model.channels: [8]\nmodel.channels: [9]\n", "stands twice, in lines 1 and 2"),
        ("{" + ", ".join(f"model.x{i}: [1, 2, 3, 4]" for i in range(9)) + "}", "too many"),
    ],
)
def test_a_space_of_another_form_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "space.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_space(path)
    assert "\n" not in str(caught.value)


def test_a_space_may_be_one_mapping_or_several(tmp_path: Path) -> None:
    path = tmp_path / "space.yaml"
    path.write_text("model.channels: [8, 12]\n")
    assert load_space(path) == ({"model.channels": [8, 12]},)
    path.write_text("- model.channels: [8]\n- model.family: [tenet]\n")
    assert len(load_space(path)) == 2
    with pytest.raises(ConfigError, match="not found"):
        load_space(tmp_path / "none.yaml")
