"""The chain runs what has changed, skips what is current, and says which step is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kws_data import pipeline
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.pipeline import Pipeline, Step
from kws_data.steps import RunContext


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three small steps in place of the real chain; the list of those that ran."""
    monkeypatch.chdir(tmp_path)
    names: list[str] = []

    def step(name: str, content: str) -> pipeline.Callable[[RunContext], str]:
        def work(ctx: RunContext) -> str:
            names.append(name)
            path = ctx.config.run_dir / f"{name}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
            return f"{name} {ctx.config.train.epochs if name == 'train' else ctx.config.seed}"

        return work

    monkeypatch.setattr(
        pipeline,
        "STEPS",
        (
            Step("build", "", step("build", "b"), sections=("seed",), outputs=("build.txt",)),
            Step("train", "", step("train", "t"), sections=("train",), needs=("build",), outputs=("train.txt",)),
            Step("report", "", step("report", "r"), needs=("train",), outputs=("report.txt",)),
        ),
    )
    return names


def chain(force: bool = False, **settings: object) -> Pipeline:
    config = Config.model_validate({"name": "tiny", "keywords": ["go"], **settings})
    return Pipeline(RunContext(config, 1, lambda *_: None, lambda _: None), force=force)


def test_a_second_run_skips_everything(ran: list[str]) -> None:
    assert [result.skipped for result in chain().run()] == [False] * 3
    assert [result.skipped for result in chain().run()] == [True] * 3
    assert ran == ["build", "train", "report"]


def test_a_changed_setting_runs_its_step_and_those_after_it(ran: list[str]) -> None:
    chain().run()
    chain(train={"epochs": 3}).run()
    assert ran == ["build", "train", "report", "train", "report"]
    chain(train={"epochs": 3}, budget={"model_bytes": 5}).run()
    assert len(ran) == 5


def test_a_lost_file_and_force_run_a_step_again(ran: list[str]) -> None:
    chain().run()
    Path("runs/tiny/train.txt").unlink()
    chain().run()
    assert ran == ["build", "train", "report", "train"]
    chain(force=True).run(["report"])
    assert ran[-1] == "report"


def test_a_step_that_fails_is_not_current(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    chain().run()

    def fail(ctx: RunContext) -> str:
        raise DataError("no")

    monkeypatch.setattr(pipeline, "STEPS", (Step("build", "", fail, sections=("seed",)), *pipeline.STEPS[1:]))
    with pytest.raises(DataError):
        chain(force=True).run(["build"])
    with pytest.raises(DataError, match="call kws build first"):
        chain().run(["train"])


def test_a_step_alone_names_the_one_it_needs(ran: list[str]) -> None:
    with pytest.raises(DataError, match="call kws train first"):
        chain().run(["report"])


def test_a_damaged_stamp_counts_as_none(ran: list[str]) -> None:
    chain().run()
    Path("runs/tiny/steps/build.json").write_text("{")
    chain().run()
    assert ran == ["build", "train", "report", "build"]


@pytest.mark.parametrize("step", ["train", "export"])
@pytest.mark.parametrize(
    "setting",
    [
        {"seed": 1},
        {"keywords": ["stop"]},
        {"balance": {"smote": 0.5}},
        {"model": {"pointwise_bits": 4}},
        {"train": {"epochs": 3}},
    ],
)
def test_what_a_fit_reads_is_in_the_key_of_every_step_that_fits(step: str, setting: dict[str, Any]) -> None:
    """Export fits too: it feels the rounding, and goes on with the validation people."""
    (sections,) = (one.sections for one in pipeline.STEPS if one.name == step)
    values = {"name": "tiny", "keywords": ["go"]}
    changed = Config.model_validate({**values, **setting})
    assert changed.sha256(*sections) != Config.model_validate(values).sha256(*sections)
