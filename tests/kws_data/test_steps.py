"""The steps after *export*: what each depends on and leaves behind, and that none does what another has done."""

from __future__ import annotations

import json
from cProfile import Profile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_dataset import made_row, make_dataset

from kws_data import steps
from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.manifest import read_manifest
from kws_data.dataset.manifest_rows import write_manifest
from kws_data.errors import LeakError
from kws_data.evaluation.inference import host_features
from kws_data.evaluation.predictions import DEVICE_PART, HOST_PART, read_predictions
from kws_data.features.load import feature_path
from kws_data.pipeline import STEPS
from kws_data.run_context import RunContext
from kws_data.run_folder import FLOAT_FILE, MANIFEST_FILE
from kws_data.system.code_version import ROOT, reach_of
from kws_data.system.source_graph import SourceGraph

GRAPH = SourceGraph(ROOT)


@pytest.mark.parametrize("step", ["check", "flash", "evaluate", "device_eval", "report"])
def test_measuring_does_not_depend_on_training(step: str) -> None:
    """A changed training gives another model file; whoever measures that file is the same."""
    files = reach_of(GRAPH, f"kws_data.steps:{step}").files
    assert not [file for file in files if "/training/" in file or "/export/" in file]


@pytest.mark.parametrize("step", ["check", "flash", "evaluate", "device_eval"])
def test_only_the_report_depends_on_the_page(step: str) -> None:
    assert not [file for file in reach_of(GRAPH, f"kws_data.steps:{step}").files if file.startswith("kws_data/report/")]


def test_the_report_runs_no_model() -> None:
    """Its figures come from predictions.parquet."""
    files = reach_of(GRAPH, "kws_data.steps:report").files
    assert "kws_data/evaluation/predictions.py" in files and "kws_data/evaluation/inference.py" not in files
    assert not [file for file in files if file.startswith(("firmware_tools/engine/", "firmware_tools/tflite/"))]


CONFIG = {"name": "tiny", "keywords": ["yes", "no"], "model": {"channels": 8, "blocks": 1, "kernel": 5}}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunContext:
    """A run as *export* leaves it, with a model that knows nothing and six clips of noise a split."""
    from kws_data.experiments.untrained import untrained_bundle
    from kws_data.models.float_model import save_float
    from kws_data.models.registry import build_model

    monkeypatch.chdir(tmp_path)
    config = Config.model_validate(CONFIG)
    context = RunContext(config, 1, lambda *_: None, lambda _: None)
    bundle = untrained_bundle(config)
    bundle.save(context.model_dir)
    shape = (bundle.frames, 1, bundle.frontend.features)
    save_float(build_model(config.model, shape, len(bundle.labels)), context.model_dir / FLOAT_FILE)
    make_dataset(context.dataset_dir, [row for split in ("validation", "test") for row in _rows(split)])
    for number, split in enumerate(("validation", "test")):
        rng = np.random.default_rng(number)
        clips = rng.normal(0, 2_000, (6, config.clip_samples)).astype(np.int16)
        x = host_features(bundle, clips)[:, np.newaxis]
        ids = np.array([f"{split}{n}" for n in range(6)])
        np.save(context.dataset_dir / f"audio-{split}.npy", clips)
        for part, values in (("x", x), ("y", np.array([0, 1, 2, 3, 2, 3], np.int32)), ("ids", ids)):
            np.save(feature_path(context.dataset_dir, split, part), values)
    return context


def _rows(split: str) -> list[dict[str, Any]]:
    labels, first = ("_silence_", "_unknown_", "yes", "no", "yes", "no"), 100 * (split == "test")
    return [
        made_row(first + n, clip_id=f"{split}{n}", split=split, label=label, word=label)
        for n, label in enumerate(labels)
    ]


def test_the_chain_knows_every_file_that_is_made_for_tflm(run: RunContext) -> None:
    """One of them deleted, export is no longer current."""
    from kws_data.deploy.tflm import write_tflm_files

    write_tflm_files(run.bundle(), run.config.run_dir / "export")
    (export,) = (step for step in STEPS if step.name == "export")
    written = {f"export/{path.name}" for path in (run.config.run_dir / "export").iterdir()}
    assert written == {name for name in export.outputs if name.startswith("export/")}


@pytest.mark.slow
def test_a_run_compiles_one_image_of_the_detector(run: RunContext, monkeypatch: pytest.MonkeyPatch) -> None:
    from firmware_tools.image import build

    compiled: list[str] = []
    compile_arm = build.compile_arm

    def counted(*args: Any, **settings: Any) -> None:
        compiled.append(settings["out_elf"].stem)
        compile_arm(*args, **settings)

    monkeypatch.setattr(build, "compile_arm", counted)
    steps.check(run)
    flashed = steps.flash(run)
    evaluated = steps.evaluate(run)
    replayed = steps.device_eval(run)
    assert compiled.count("spotter") == 1 and set(compiled) == {"spotter", "layers", "stack"}
    size = json.loads((run.firmware_dir / "size.json").read_text())
    assert size["sha256"] == flashed == steps.flash(run) and compiled.count("spotter") == 1
    assert not any(check.name == "island_bytes" for check in steps.check_limits(run).checks)
    assert compiled.count("spotter") == 1
    (run.firmware_dir / "spotter.bin").unlink()  # flash alone, without a check before it
    assert steps.flash(run) == flashed and compiled.count("spotter") == 2
    _every_clip_is_kept(run)
    with Catalog(run.config.data.recordings) as catalog:
        looks = [(one.verb, one.reason, one.model_sha256) for one in catalog.looks.all()]
    model = run.bundle().model_sha256
    assert looks == [("run", "kws run", model), ("device-eval", "kws run", model)]
    assert (steps.evaluate(run), steps.device_eval(run)) == (evaluated, replayed)  # however often one looks


@pytest.mark.parametrize("step", [steps.evaluate, steps.device_eval])
def test_a_leaking_test_is_refused_before_anything_is_measured(step: Any, run: RunContext) -> None:
    """No board is opened, no look is noted, nothing is written."""
    columns = read_manifest(run.dataset_dir)
    columns[6]["speaker"] = columns[2]["speaker"]  # test0 is silence, which nobody says
    columns[8]["audio_sha256"] = columns[2]["audio_sha256"]
    write_manifest(run.dataset_dir / MANIFEST_FILE, columns)
    with pytest.raises(LeakError, match=r"1 of its clips.*test2 and validation2 of validation \(the same samples\)"):
        step(run)
    assert not run.report_dir.exists() and not Path(run.config.data.recordings).exists()


def _every_clip_is_kept(run: RunContext) -> None:
    """Each step keeps rows of its own, in files that the chain knows of; host and board score the same file alike."""
    host = read_predictions(run.report_dir / HOST_PART, "evaluate")
    board = read_predictions(run.report_dir / DEVICE_PART, "device-eval")
    assert (len(host), len(board)) == (36, 6)  # three engines, two splits, six clips; one engine, the test clips
    for engine in ("float", "int8", "c"):
        assert [len(host.of(engine, split)) for split in ("validation", "test")] == [6, 6]
    assert host.of("int8").clip_ids.tolist() == board.clip_ids.tolist() == [f"test{n}" for n in range(6)]
    np.testing.assert_array_equal(host.of("int8").scores, board.scores)
    written = {f"report/{path.name}" for path in run.report_dir.iterdir()}
    run_here = [step for step in STEPS if step.name in ("check", "evaluate", "device-eval")]
    assert written == {name for step in run_here for name in step.outputs if name.startswith("report/")}
    document = json.loads((run.report_dir / "host.json").read_text())
    assert document["int8"]["accuracy"] == host.of("int8").metrics(run.bundle().threshold).accuracy


#: Settings that a step reads although they shape nothing: where things lie, and what they are called.
PLACES = {"name", "data"}  # data: the folder of the catalogue, in which teachers are kept and results are registered

SMALL = {
    "name": "small",
    "keywords": ["yes"],
    "data": {"synth": {"speakers": 10, "takes": 1, "other_words": ["maybe"]}, "record_test_clips": 0},
    "split": {"validation_share": 0.3, "refit": True},
    "augment": {"copies": 1},
    "model": {"channels": 8, "blocks": 1, "kernel": 5},
    "train": {"epochs": 2},
    "export": {"refit_epochs": 2, "aware_epochs": 2},
    "device": {"eval_clips": 4},
}


#: What every step is made with, which shapes nothing: values of the configuration are in the key themselves.
AROUND = ("kws_data/config/", "kws_data/steps.py", "kws_data/run_context.py", "kws_data/progress.py")


@pytest.mark.slow
def test_what_a_step_reads_and_runs_is_in_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that it looks at, and files whose functions it calls in this process, watched while it works."""
    monkeypatch.chdir(tmp_path)
    seen: set[str] = set()

    class Watched(Config):
        def __getattribute__(self, name: str) -> Any:
            if name in Config.model_fields:
                seen.add(name)
            return super().__getattribute__(name)

    context = RunContext(Watched.model_validate(SMALL), 1, lambda *_: None, lambda _: None)
    for step in STEPS:
        seen.clear()
        with Profile(subcalls=False, builtins=False) as calls:  # in C: a function of ours would be called at every call
            step.run(context)
        called = {entry.code.co_filename for entry in calls.getstats() if not isinstance(entry.code, str)}
        files = {Path(name).relative_to(ROOT).as_posix() for name in called if name.startswith(f"{ROOT}/")}
        code = {file for file in files if file.startswith(("kws_data/", "firmware_tools/"))}
        assert code, f"nothing of {step.name} was watched"
        unknown_code = {file for file in code - reach_of(GRAPH, step.run).files if not file.startswith(AROUND)}
        assert not unknown_code, f"{step.name} runs {unknown_code}, which its key does not know"
        if not step.always:
            unknown = seen - {section.partition(".")[0] for section in step.sections} - PLACES
            assert not unknown, f"{step.name} reads {unknown}, which its key does not know"
    _sound_can_be_left_out(context)


def _sound_can_be_left_out(run: RunContext) -> None:
    page = run.report_dir / "report.html"
    assert "data:audio/" in page.read_text()
    steps.report(replace(run, audio=False))
    assert "data:audio/" not in page.read_text() and "left out" in page.read_text()


def test_a_detector_is_flashed_onto_a_board_that_is_there(
    run: RunContext,
) -> None:
    """By whatever flasher it has; the image stays in the run's folder, as for the emulated board."""
    from firmware_tools.flashers.flasher import FlashReport

    class Noted:
        """A flasher that only notes what it is given."""

        def __init__(self) -> None:
            self.image = b""

        def steps(self, image: Path) -> list[str]:
            return []

        def flash(self, image: Path) -> FlashReport:
            self.image = image.read_bytes()
            return FlashReport("fake", "noted", len(self.image), "hash")

    noted = Noted()
    assert steps.flash_with(run, noted).sha256 == "hash"
    assert noted.image == (run.firmware_dir / "spotter.bin").read_bytes()
