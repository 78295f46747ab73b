"""Steps from collect to build: planned once each, current when nothing has changed, described for whoever reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from made_folder import make_folder

from kws_data import steps
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip, NewClip
from kws_data.cli import run
from kws_data.config.config import Config
from kws_data.dataset import build, plan
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.dataset.manifest import load_dataset, read_manifest
from kws_data.run_context import RunContext
from kws_data.run_pipeline import Pipeline
from kws_data.sources.recording import through_board
from kws_data.sources.recording.through_board import RecordReport

CHAIN = ("collect", "record", "build")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def context(**changes: object) -> RunContext:
    data = {"source": "folder", "folder": "data", "record_test_clips": 0}
    split = {"test": "validation_list", "validation_share": 0.2}
    values = {"name": "t", "keywords": ["go", "stop"], "data": data, "split": split, "augment": {"copies": 2}}
    return RunContext(Config.model_validate(values | changes), 1, lambda *_: None, lambda line: None)


def current(ctx: RunContext) -> list[str]:
    return [result.name for result in Pipeline(ctx).run(CHAIN) if result.skipped]


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with each time that a data set is planned."""
    made: list[str] = []
    original = plan.plan_dataset

    def counted(config: Config, catalog: Catalog) -> plan.Plan:
        made.append(config.name)
        return original(config, catalog)

    for module in (plan, build):
        monkeypatch.setattr(module, "plan_dataset", counted)
    return made


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> None:
    """A board that stores what was played, at half its loudness."""

    @contextmanager
    def session(ctx: RunContext) -> Iterator[None]:
        yield None

    def record(catalog: Catalog, clips: list[Clip], *_: object) -> RecordReport:
        for clip in clips:
            audio = catalog.store_audio(catalog.load(clip) // 2, 16_000)
            told = (audio, clip.word, clip.speaker, clip.source, clip.origin, "board:emulated")
            catalog.add_clip(NewClip(*told, parent=clip.id, pseudonymous=True))
        return RecordReport(len(clips), 0)

    monkeypatch.setattr(steps, "recorder_session", session)
    monkeypatch.setattr(through_board, "record_through_board", record)


def test_a_run_plans_twice_and_what_was_recorded_is_in_the_second_plan(plans: list[str], board: None) -> None:
    make_folder(Path("data"))
    ctx = context(data={"source": "folder", "folder": "data", "record_test_clips": None})
    assert current(ctx) == [] and len(plans) == 2
    rows = read_manifest(ctx.dataset_dir)
    assert {row["device"] for row in rows if row["split"] == "test"} == {"board:emulated"}
    assert current(ctx) == ["build"] and len(plans) == 3, "the plan of record is that of a run that records nothing"


def test_a_synthetic_data_set_stays_the_same_however_often_it_is_collected() -> None:
    synth = {"speakers": 12, "takes": 1, "other_words": ["maybe"]}
    ctx = context(data={"synth": synth, "record_test_clips": 0}, split={"validation_share": 0.3})
    versions = []
    for names in (CHAIN, ("collect", "collect", *CHAIN), CHAIN):
        Pipeline(ctx, force=True).run(names)
        versions.append(load_dataset(ctx.dataset_dir).version)
    assert len(set(versions)) == 1 and current(ctx) == ["build"]


@pytest.mark.parametrize("correction", ["licence of a clip", "licence of a noise"])
def test_what_a_source_corrects_is_built_anew(correction: str) -> None:
    make_folder(Path("data"))
    make_folder(Path("other"), speakers=2)
    data = {"source": "folder", "folder": "data", "record_test_clips": 0}
    ctx = context(data=data | {"noise_folder": "other/_background_noise_"})
    assert current(ctx) == [] and current(ctx) == ["build"]
    if correction == "licence of a clip":
        ctx = replace(ctx, config=ctx.config.model_copy(deep=True))
        with Catalog(ctx.config.data.recordings) as catalog:
            clip = next(one for one in catalog.clips(source="speech_commands") if one.word == "go")
            catalog.db.execute("UPDATE clips SET licence = 'MIT' WHERE id = ?", (clip.id,))
    else:
        Path("other/_background_noise_/metadata.csv").write_text("file,licence\ntap.wav,MIT\n")
    assert current(ctx) == []


def test_the_build_step_describes_the_data_set_and_a_bare_build_does_not(tmp_path: Path) -> None:
    make_folder(Path("data"))
    for refit in (True, False):
        ctx = context(split={"test": "validation_list", "validation_share": 0.2, "refit": refit})
        Pipeline(ctx).run(CHAIN)
        text = (ctx.dataset_dir / "datasheet.md").read_text()
        assert load_dataset(ctx.dataset_dir).version in text
        assert ("the model that ships learns from them too" in text) == refit
    assert json.loads((ctx.dataset_dir / "croissant.json").read_text())["name"]
    with Catalog(ctx.config.data.recordings) as catalog:
        manifest = build_dataset(ctx.config, catalog, tmp_path / "bare", BuildOptions(1))
    assert manifest.info == load_dataset(ctx.dataset_dir).info
    assert not {"datasheet.md", "croissant.json"} & {path.name for path in (tmp_path / "bare").iterdir()}


def test_clips_that_stand_several_times_are_described_once() -> None:
    make_folder(Path("data"), speakers=20)
    synth = {"speakers": 12, "takes": 1, "other_words": ["maybe"]}
    data = {"source": "both", "folder": "data", "synth": synth, "real_per_keyword": 2, "record_test_clips": 0}
    sheets = []
    for repeats in (1, 3):
        ctx = context(data=data | {"real_repeats": repeats})
        Pipeline(ctx).run(CHAIN)
        assert sum(bool(row.get("repeat")) for row in read_manifest(ctx.dataset_dir)) == 2 * 2 * (repeats - 1)
        sheets.append((ctx.dataset_dir / "datasheet.md").read_text())
    version = load_dataset(ctx.dataset_dir).version
    assert version in sheets[1] and version not in sheets[0]
    assert [line for line in sheets[0].splitlines() if "sha256:" not in line] == [
        line for line in sheets[1].splitlines() if "sha256:" not in line
    ]


def test_splits_are_shown_to_whoever_imported_or_synthesised_and_ran_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    make_folder(Path("data"))
    Path("real.yaml").write_text("keywords: [go, stop]\ndata: {source: folder, folder: data}\n")
    Path("made.yaml").write_text(
        "keywords: [go, stop]\ndata: {synth: {speakers: 12, takes: 1, confusables: {per_keyword: 1}}}\n"
        "split: {validation_share: 0.3}\n"
    )
    for config, verb, call in (
        ("real.yaml", "kws import", ["import", "speech-commands", "data"]),
        ("made.yaml", "kws synth", ["synth", "made.yaml"]),
    ):
        assert run(["split", config]) == 2 and f"call {verb} first" in capsys.readouterr().err
        assert run(call) == 0 and run(["split", config]) == 0
        assert not Path("runs").exists()
