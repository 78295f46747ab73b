"""A built data set goes out in other tools' layouts and comes back as it was."""

from __future__ import annotations

import csv
import json
import shutil
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_folder import make_folder

from kws_data.audio import read_audio
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import folder_id
from kws_data.cli import run
from kws_data.config.config import Config
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.dataset.manifest import read_manifest
from kws_data.errors import DataError
from kws_data.file_names import is_device
from kws_data.provenance.forget import forget_speaker
from kws_data.release.clips import ReleasedClip, Terms, load_release
from kws_data.release.write import LAYOUTS, export_dataset
from kws_data.sources.imports.attribution import Origin
from kws_data.sources.imports.find_layout import import_layout

ORIGIN = Origin("", "", "", "", "train", "0" * 12, "no", "", "CC0-1.0", "", "folder")
SPLIT_OF = {"training": "train", "validation": "validation", "testing": "test"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with a catalogue (``recordings``) and a data set (``runs/small/dataset``)."""
    root = tmp_path_factory.mktemp("built")
    make_folder(root / "data", speakers=10)
    config = Config.model_validate(
        {
            "name": "small",
            "keywords": ["go", "stop"],
            "data": {"source": "folder", "folder": str(root / "data")},
            "split": {"test_share": 0.3, "validation_share": 0.3},
            "augment": {"copies": 1},
        }
    )
    with Catalog(root / "recordings") as catalog:
        import_layout(catalog, "speech-commands", root / "data")
        build_dataset(config, catalog, root / "runs" / "small" / "dataset", BuildOptions(1))
    (root / "small.yaml").write_text(
        "keywords: [go, stop]\ndata: {source: folder, folder: data}\naugment: {copies: 1}\n"
    )
    return root


def export(built: Path, layout: str, out: Path, **options: object) -> Path:
    export_dataset(built / "runs/small/dataset", built / "recordings", layout, out, **options)  # type: ignore[arg-type]
    return out


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_goes_out_comes_back(layout: str, built: Path, tmp_path: Path) -> None:
    out = export(built, layout, tmp_path / "out")
    rows = read_manifest(built / "runs/small/dataset")
    expected = {(r["audio_sha256"], r["word"], r["speaker"], r["split"], r["licence"], r["consent"]) for r in rows}
    assert {row["label"] for row in rows} == {"go", "stop", "_unknown_", "_silence_"}
    with Catalog(tmp_path / "rec") as catalog:
        report = import_layout(catalog, layout, out)
        assert (report.set_aside, report.absent, report.notes) == ((), (), ())
        clips = catalog.clips(folder=folder_id(out))
        back = {(c.audio_sha256, c.word, c.speaker, SPLIT_OF[c.given_split], c.licence, c.consent) for c in clips}
        assert back == expected and len(clips) == len(rows)


def test_speech_commands_has_its_lists_and_no_person(built: Path, tmp_path: Path) -> None:
    out = export(built, "speech-commands", tmp_path / "out")
    rows = read_manifest(built / "runs/small/dataset")
    for name, split in (("validation_list.txt", "validation"), ("testing_list.txt", "test")):
        listed = (out / name).read_text().splitlines()
        assert len(listed) == sum(row["split"] == split for row in rows)
        assert all((out / path).is_file() for path in listed)
    assert (out / "_background_noise_" / "README.md").is_file()
    with (out / "ATTRIBUTION.csv").open() as table:
        lines = list(csv.DictReader(table))
    assert {line["licence"] for line in lines if line["word"] == "go"} == {"CC-BY-4.0"}
    assert all((out / line["file"]).is_file() for line in lines)
    assert "Pete Warden" in (out / "LICENCES.md").read_text()
    row = next(row for row in rows if row["word"] == "go")
    line = next(line for line in lines if line["clip"] == row["clip_id"])
    with Catalog(built / "recordings") as catalog:
        assert np.array_equal(read_audio(out / line["file"]), catalog.load(row["audio_sha256"]))


def test_edge_impulse_has_labels_and_two_categories(built: Path, tmp_path: Path) -> None:
    out = export(built, "edge-impulse", tmp_path / "out", splits=("train", "test"))
    document = json.loads((out / "info.labels").read_text())
    assert document["version"] == 1
    rows = [row for row in read_manifest(built / "runs/small/dataset") if row["split"] != "validation"]
    assert len(document["files"]) == len(rows)
    for entry in document["files"]:
        assert (out / entry["path"]).is_file() and entry["path"].startswith(f"{entry['category']}/")
        assert entry["path"].split("/")[1].split(".")[0] == entry["label"]["label"]
    assert {entry["category"] for entry in document["files"]} == {"training", "testing"}


@pytest.mark.parametrize("name", ["tasks.json", "project-1-at-2026.json"])
def test_label_studio_corrections_come_back(name: str, built: Path, tmp_path: Path) -> None:
    out = export(built, "label-studio", tmp_path / "out")
    tasks = json.loads((out / "tasks.json").read_text())
    changed = next(task for task in tasks if task["data"]["word"] == "go")
    unknown = next(task for task in tasks if task["data"]["word"] == "cat")
    for task, label in ((changed, "stop"), (unknown, "_unknown_")):
        task["annotations"] = [{"completed_by": 1, "result": [{"type": "choices", "value": {"choices": [label]}}]}]
    (out / name).write_text(json.dumps(tasks if name == "tasks.json" else [changed, unknown]))
    with Catalog(tmp_path / "rec") as catalog:
        import_layout(catalog, "label-studio", out)
        words = {clip.origin.split("/")[-1].removesuffix(".wav"): clip.word for clip in catalog.clips()}
    assert words[changed["data"]["clip"]] == "stop"
    assert words[unknown["data"]["clip"]] == "cat", "a confirmed label keeps the word behind it"


def test_label_studio_corrections_beside_the_first_tasks_come_back(built: Path, tmp_path: Path) -> None:
    """The new export lies beside ``tasks.json``, as our README says, and its name comes before."""
    out = export(built, "label-studio", tmp_path / "out")
    tasks = json.loads((out / "tasks.json").read_text())
    changed = next(task for task in tasks if task["data"]["word"] == "go")
    result = {"id": "x", "from_name": "label", "type": "choices", "value": {"choices": ["stop"]}}
    (out / "project-1.json").write_text(json.dumps([{**changed, "annotations": [{"result": [result]}]}]))
    with Catalog(tmp_path / "rec") as catalog:
        report = import_layout(catalog, "label-studio", out)
        words = {clip.origin.split("/")[-1].removesuffix(".wav"): clip.word for clip in catalog.clips()}
    assert words[changed["data"]["clip"]] == "stop" and len(words) == len(tasks)
    assert (report.set_aside, report.notes) == ((), ())


def test_what_the_release_does_not_allow_stays_behind(built: Path, tmp_path: Path) -> None:
    dataset = built / "runs/small/dataset"
    release = load_release(dataset, Terms(licences=["CC-BY-4.0"]))
    assert {clip.origin.licence for clip in release.clips} == {"CC-BY-4.0"}
    assert release.left_out and all("not allowed" in reason for reason in release.left_out)
    with pytest.raises(DataError, match="no clip of the data set may leave"):
        load_release(dataset, Terms(consents=["signed"]))


def test_nothing_is_overwritten_without_being_asked(built: Path, tmp_path: Path) -> None:
    out = export(built, "edge-impulse", tmp_path / "out")
    with pytest.raises(DataError, match="--force"):
        export(built, "edge-impulse", out)
    export(built, "speech-commands", out, replace=True)
    assert not (out / "info.labels").exists() and (out / "testing_list.txt").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(DataError, match="something else"):
        export(built, "edge-impulse", tmp_path / "mine", replace=True)
    assert (tmp_path / "mine" / "thesis.txt").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "out"], "nothing half-written stays"


def test_a_failed_export_leaves_nothing(built: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is gone"):
        export_dataset(built / "runs/small/dataset", tmp_path / "elsewhere", "edge-impulse", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_the_verb_takes_a_configuration_or_a_run(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(built)
    arguments = ["dataset", "export", "small.yaml", "--to", "label-studio", "--out", str(tmp_path / "a"), "--json"]
    assert run([*arguments, "--set", "release.licences=[CC-BY-4.0]"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert sum(document["left_out"].values()) > 0 and document["clips"]["test"] > 0
    assert run(["dataset", "export", "runs/small", "--to", "edge-impulse", "--out", str(tmp_path / "b")]) == 0
    assert (tmp_path / "b" / "info.labels").is_file()
    assert run(["dataset", "export", "runs/none", "--to", "edge-impulse", "--out", str(tmp_path / "c")]) == 2


@given(st.lists(st.sampled_from(["Go", "go", "GO", "aux", "a?b", "a*b", "u\u0308", "ü", "w" * 300, ".", "_x_", "go."])))
def test_names_of_files_stay_apart_on_every_disk(words: list[str]) -> None:
    clips = [ReleasedClip("", replace(ORIGIN, clip=f"{n:016x}", word=word, label=word)) for n, word in enumerate(words)]
    for layout in LAYOUTS.values():
        names = layout.file_names(clips)
        assert len({unicodedata.normalize("NFD", name).casefold() for name in names}) == len(words)
        assert all(len(part.encode()) <= 255 and not is_device(part) for name in names for part in name.split("/"))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_forgotten_person_leaves_the_copies_too(layout: str, built: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(built, tmp_path / "home"))
    out = export(home, layout, tmp_path / "out")
    row = next(row for row in read_manifest(home / "runs/small/dataset") if row["word"] == "go")
    before = set(out.rglob("*.wav"))
    with Catalog(home / "recordings") as catalog:
        found = forget_speaker(catalog, row["speaker"], home / "runs", execute=True)
        assert found.exported.files
    gone = before - set(out.rglob("*.wav"))
    assert len(gone) == 4, "one clip of each of the four words"
    texts = "".join(path.read_text() for path in out.rglob("*") if path.is_file() and path.suffix != ".wav")
    assert row["speaker"] not in texts and row["clip_id"] not in texts
    with Catalog(tmp_path / "rec") as catalog:
        report = import_layout(catalog, layout, out)
        assert (report.absent, report.set_aside, report.people) == ((), (), 9)
