"""A configuration for ESPHome's micro_wake_word: what follows from its front end, and what is refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kws_data.config.config import Config
from kws_data.config.load import load_config, parse_config, with_settings
from kws_data.errors import ConfigError

MICRO = "keywords: [computer]\nfrontend: {kind: micro_frontend}\n"


def parsed(text: str, *overrides: str) -> Config:
    return parse_config(text, Path("mine.yaml"), overrides)


def test_the_kind_settles_the_front_end_and_the_one_score() -> None:
    config = parsed(MICRO)
    assert (config.frontend.window_samples, config.frontend.hop_samples, config.frontend.features) == (480, 160, 40)
    assert config.model.one_score
    assert config.frontend.frames(config.clip_samples) == 98
    assert with_settings(config, {"model.channels": 12}).model.one_score


def test_other_configurations_stay_as_they_were() -> None:
    config = parsed("keywords: [left, right]\n")
    assert not config.model.one_score
    assert "one_score" not in str(config.model)
    assert "one_score" not in config.model_dump(mode="json")["model"]


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["keywords=[left, right]"], r"keywords cannot be used for one micro_wake_word model: .*name exactly one"),
        (["model.one_score=false"], r"model\.one_score cannot be used"),
        (["model.pointwise_bits=4"], r"model\.pointwise_bits cannot be used"),
        (["stream.stride_frames=2"], r"stream\.stride_frames cannot be used.*every 3 frames"),
        (["frontend.window_samples=512"], r"window_samples cannot be used: 512\. micro_frontend has 480"),
        (["frontend.sample_rate_hz=8000"], r"sample_rate_hz cannot be used: 8000\. micro_frontend has 16000"),
    ],
)
def test_what_its_runtimes_cannot_have_is_refused(overrides: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as error:
        parsed(MICRO, *overrides)
    assert "\n" not in str(error.value)


def test_one_score_of_several_keywords_is_refused_with_any_front_end() -> None:
    with pytest.raises(ConfigError, match="name exactly one"):
        parsed("keywords: [left, right]\nmodel: {one_score: true}\n")


def test_the_shipped_configuration_is_such_a_one() -> None:
    config = load_config(Path(__file__).parents[3] / "configs/micro_wake_word.yaml")
    assert config.frontend.kind == "micro_frontend"
    assert config.model.one_score
