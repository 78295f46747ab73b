"""The chain runs what has changed, skips what is current, and says which step is missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from kws_data import run_pipeline
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.pipeline import Step
from kws_data.run_context import RunContext
from kws_data.run_pipeline import DEMO_S, Pipeline
from kws_data.system.run_lock import alone_in
from kws_data.system.time_left import TimeLeft


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three small steps in place of the real chain; the list of those that ran."""
    monkeypatch.chdir(tmp_path)
    names: list[str] = []

    def step(name: str, content: str) -> Callable[[RunContext], str]:
        def work(ctx: RunContext) -> str:
            names.append(name)
            path = ctx.config.run_dir / f"{name}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
            return f"{name} {ctx.config.train.epochs if name == 'train' else ctx.config.seed}"

        return work

    monkeypatch.setattr(
        run_pipeline,
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


def test_whether_a_step_is_current_is_told_without_running_it(ran: list[str]) -> None:
    assert not chain().is_current("train")
    chain().run()
    assert chain().is_current("train")
    assert not chain(train={"epochs": 3}).is_current("train")
    assert ran == ["build", "train", "report"]


def test_a_result_of_what_was_before_is_outdated_and_one_that_never_was_is_not(ran: list[str]) -> None:
    assert chain().outdated(["build", "train", "report"]) == []
    chain().run()
    assert chain().outdated(["build", "train", "report"]) == []
    assert chain(train={"epochs": 3}).outdated(["train", "report"]) == ["train"]
    chain().redo("train", lambda ctx: "another model")  # as kws calibrate --apply does
    assert chain().outdated(["train", "report"]) == ["report"]


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

    monkeypatch.setattr(run_pipeline, "STEPS", (Step("build", "", fail, sections=("seed",)), *run_pipeline.STEPS[1:]))
    with pytest.raises(DataError):
        chain(force=True).run(["build"])
    with pytest.raises(DataError, match="call kws build CONFIG first"):
        chain().run(["train"])


def test_a_step_alone_names_the_one_it_needs(ran: list[str]) -> None:
    with pytest.raises(DataError, match="call kws train CONFIG first"):
        chain().run(["report"])


def test_a_damaged_stamp_counts_as_none(ran: list[str]) -> None:
    chain().run()
    Path("runs/tiny/steps/build.json").write_text("{")
    chain().run()
    assert ran == ["build", "train", "report", "build"]


class Told(TimeLeft):
    """Remembers which steps it was told to wait for."""

    waits: ClassVar[list[tuple[str, ...]]] = []

    @contextmanager
    def during(self, step: str, waiting: Sequence[str]) -> Iterator[None]:
        self.waits.append((step, *waiting))
        with super().during(step, waiting):
            yield


def test_the_steps_that_will_run_are_told_beforehand(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Told, "waits", [])

    def run(**settings: object) -> list[tuple[str, ...]]:
        Told.waits.clear()
        one = chain(**settings)  # type: ignore[arg-type]
        one.left = Told(Path("runs/tiny/steps/seconds.json"), {})
        one.run()
        return list(Told.waits)

    assert run() == [("build", "train", "report"), ("train", "report"), ("report",)]
    assert run() == []
    assert run(train={"epochs": 3}) == [("train", "report"), ("report",)]
    Path("runs/tiny/report.txt").unlink()
    assert run(train={"epochs": 3}) == [("report",)]
    assert run(train={"epochs": 3}, force=True)[0] == ("build", "train", "report")


def test_a_step_that_always_runs_does_not_make_the_later_ones_wait(
    ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Told, "waits", [])
    first, *others = run_pipeline.STEPS
    monkeypatch.setattr(run_pipeline, "STEPS", (replace(first, always=True), *others))
    chain().run()
    again = chain()
    again.left = Told(Path("runs/tiny/steps/seconds.json"), {})
    again.run()
    assert Told.waits == [("build",)]


def test_the_seconds_of_each_step_are_kept_beside_the_stamps(ran: list[str]) -> None:
    chain().run()
    seconds = json.loads(Path("runs/tiny/steps/seconds.json").read_text())
    assert set(seconds) == {"build", "train", "report"} and all(0 <= value < 60 for value in seconds.values())


def test_each_step_has_its_time_in_the_demo() -> None:
    assert list(DEMO_S) == [step.name for step in run_pipeline.STEPS]


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
    (sections,) = (one.sections for one in run_pipeline.STEPS if one.name == step)
    values = {"name": "tiny", "keywords": ["go"]}
    changed = Config.model_validate({**values, **setting})
    assert changed.sha256(*sections) != Config.model_validate(values).sha256(*sections)


def test_each_step_names_settings_that_there_are() -> None:
    config = Config.model_validate({"name": "tiny", "keywords": ["go"]})
    for step in run_pipeline.STEPS:
        assert config.sha256(*step.sections) or not step.sections


def test_a_step_names_those_that_it_needs_and_that_were_never_run(ran: list[str]) -> None:
    assert chain().never_run("report") == ["build", "train"]
    assert chain().never_run("build") == []
    chain().run(["build"])
    assert chain().never_run("report") == ["train"]


def test_two_do_not_run_one_configuration_at_once(ran: list[str]) -> None:
    with alone_in(Path("runs/tiny")), pytest.raises(DataError, match="another kws works here"):
        chain().run()
    assert ran == []
    chain().run()
    assert ran == ["build", "train", "report"]


def test_a_run_that_fails_at_once_leaves_no_folder(ran: list[str]) -> None:
    with pytest.raises(DataError, match="call kws train CONFIG first"):
        chain().run(["report"])
    assert not Path("runs").exists()


def test_what_a_step_made_is_replaced_and_later_steps_see_it(ran: list[str]) -> None:
    """The step itself stays current: nothing puts back what it had made."""
    chain().run()
    assert chain().redo("train", lambda ctx: "thresholds of a wish") is True
    assert [result.skipped for result in chain().run()] == [True, True, False]
    assert ran == ["build", "train", "report", "report"]
    chain(train={"epochs": 3}).run()
    assert ran[-2:] == ["train", "report"]


def test_a_step_that_was_out_of_date_stays_so_when_it_is_replaced(ran: list[str]) -> None:
    chain().run()
    assert chain(train={"epochs": 3}).redo("train", lambda ctx: "other") is False
    assert not chain(train={"epochs": 3}).is_current("train") and chain().is_current("train")


def test_a_replacement_that_fails_leaves_the_step_to_be_run_again(ran: list[str]) -> None:
    chain().run()

    def fail(ctx: RunContext) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        chain().redo("train", fail)
    assert not chain().is_current("train")
    with pytest.raises(DataError, match="call kws train CONFIG first"):
        chain().redo("train", fail)
