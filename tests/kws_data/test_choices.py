"""Training, threshold, smoothing, model choice and search see no test clip: by what their code asks, and in fact."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from kws_data.config.config import Config
from kws_data.config.export import ExportSettings
from kws_data.system.code_version import ROOT, reach_of
from kws_data.system.source_graph import SourceGraph
from tests.kws_data.training.test_run import CONFIG, write_dataset

#: All that learns or chooses: from features to float model, from there to bundle and thresholds, and the searches.
CHOOSERS = (
    *("kws_data.steps:train", "kws_data.steps:export"),
    *("kws_data.experiments.search.driver", "kws_data.experiments.speaker_curve"),
)
FOLDERS = ("kws_data/training", "kws_data/export", "kws_data/experiments/search")
#: What opens clips of a split, and the place of the split among its arguments.
LOADERS = {"load_features": 1, "load_audio_clips": 1, "read_negatives": 1, "split_streams": 3, "feature_path": 1}
#: What reads a whole manifest, and who of those that choose may: to read rows of a split by name, or by clip id of one.
MANIFEST = ("read_manifest", "read_columns", "manifest_ids")
READERS = {
    "kws_data/dataset/manifest.py": "defines them",
    "kws_data/training/batches/train_set.py": "looks up words and speakers of clip ids that training has loaded",
    "kws_data/experiments/search/holdout.py": "keeps the rows of one split, which test_the_search_asks… names",
    "kws_data/evaluation/known_audio.py": "keeps test audio out of stated negatives, by hash; opens no sound of it",
    "kws_data/provenance/register.py": "ids of a data set's clips, for lineage; nothing is learnt from them",
}
#: Asks for the table of test negatives, for their hashes: to keep them out of what a threshold is chosen on.
KEEPS_OUT = "kws_data/evaluation/known_audio.py"
#: Modules that measure on the test split: nobody who chooses may reach them.
MEASURING = (*("run_clips", "run_split", "stream_of_test", "stream_of_run", "sealed", "evaluation_report"),)


def chosen_by() -> set[str]:
    """Files of those who choose: what their code reaches, and all that stands in their folders."""
    graph = SourceGraph(ROOT)
    files = {file for entry in CHOOSERS for file in reach_of(graph, entry).files}
    beside = {path.relative_to(ROOT).as_posix() for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    modules = {f"{entry.replace('.', '/')}.py" for entry in CHOOSERS if ":" not in entry}
    return {file for file in files | beside | modules if file.startswith("kws_data/") and file.endswith(".py")}


FILES = sorted(chosen_by())


def calls(file: str, names: tuple[str, ...]) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in names:
                yield node


def asked_for(call: ast.Call) -> ast.expr | None:
    """What a loader is given as its split; None where it is left to the default, which is the test."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    place = LOADERS[name]
    named = (keyword.value for keyword in call.keywords if keyword.arg == "split")
    return call.args[place] if len(call.args) > place else next(named, None)


def test_those_who_choose_are_looked_at() -> None:
    """What chooses a threshold for clips and for streams, and the searches, is among the files; no test would fail
    on an empty list."""
    for name in ("thresholds", "stream_threshold", "choose_stream", "split_streams"):
        assert f"kws_data/evaluation/{name}.py" in FILES
    assert sum(1 for file in FILES for _ in calls(file, tuple(LOADERS))) > 20


@pytest.mark.parametrize("file", FILES)
def test_nobody_who_chooses_asks_for_the_test_split(file: str) -> None:
    for call in calls(file, tuple(LOADERS)):
        split = asked_for(call)
        assert split is not None, f"{file}:{call.lineno} leaves the split to the default, which is the test"
        asks = isinstance(split, ast.Constant) and split.value == "test"
        if file == KEEPS_OUT:
            columns = ast.literal_eval(call.args[2])
            assert asks and set(columns) == {"audio_sha256", "samples"}, "it may know hashes of the test, no more"
        else:
            assert not asks, f"{file}:{call.lineno} asks for the test"


def test_nobody_who_chooses_reaches_what_measures_the_test() -> None:
    assert not [file for file in FILES if Path(file).stem in MEASURING and file.startswith("kws_data/evaluation/")]


def test_whole_manifests_are_read_for_a_reason() -> None:
    readers = {file for file in FILES if any(calls(file, MANIFEST))}
    assert readers <= set(READERS), readers - set(READERS)


@pytest.mark.slow
def test_a_model_and_its_threshold_are_the_same_without_any_test_clip(tmp_path: Path) -> None:
    """Features, audio and manifest rows of the test are gone: every byte of the bundle is the same."""
    from kws_data.export.export import export_model
    from kws_data.training.run import train

    settings = {
        "train": CONFIG.train.model_copy(update={"epochs": 2, "tries": 2}),
        "export": ExportSettings(aware_epochs=1),
    }
    config: Config = CONFIG.model_copy(update=settings)
    made = []
    for name, tested in (("with", True), ("without", False)):
        folder = tmp_path / name
        folder.mkdir()
        write_dataset(folder, tested=tested)
        assert bool(list(folder.glob("*-test*"))) is tested
        train(config, folder, folder / "model")
        export_model(config, folder, "sha256:1", folder / "model")
        made.append({path.name: path.read_bytes() for path in (folder / "model").iterdir() if path.is_file()})
    assert made[0] == made[1]
