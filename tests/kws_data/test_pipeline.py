"""Which steps a configuration has."""

from __future__ import annotations

import pytest

from kws_data.config.config import Config
from kws_data.pipeline import STEPS, steps_of


def test_a_front_end_of_ours_has_all_steps() -> None:
    assert steps_of(Config(name="a", keywords=["left", "right"])) is STEPS


def test_a_front_end_that_is_not_ours_has_none_on_a_board() -> None:
    values = {"name": "a", "keywords": ["left"], "frontend": {"kind": "micro_frontend"}}
    steps = steps_of(Config.model_validate(values))
    names = [step.name for step in steps]
    assert names == [step.name for step in STEPS if step.name not in ("flash", "device-eval")]
    assert all(set(step.needs) <= set(names) for step in steps)
    assert not [name for step in steps for name in step.outputs if name.startswith("firmware/")]


@pytest.mark.parametrize("name", ["check", "report"])
def test_what_the_others_still_need(name: str) -> None:
    values = {"name": "a", "keywords": ["left"], "frontend": {"kind": "micro_frontend"}}
    step = next(step for step in steps_of(Config.model_validate(values)) if step.name == name)
    assert step.needs == {"check": ("export",), "report": ("evaluate", "check", "slices")}[name]
    assert step.outputs
