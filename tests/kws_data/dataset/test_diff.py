import json
from pathlib import Path

import pytest
from made_dataset import made_row, make_dataset

from kws_data.catalog.catalog import Catalog
from kws_data.cli import run
from kws_data.dataset.diff import diff_datasets
from kws_data.errors import DataError
from kws_data.provenance.find_dataset import find_dataset

OTHER = "sha256:" + "cd" * 32


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two releases: clip 0 gone, 30 new, 1 in another split, 2 labelled, 3 recorded, 4 licensed anew."""
    monkeypatch.chdir(tmp_path)
    before = [made_row(n) for n in range(30)]
    after = [made_row(n) for n in range(1, 31)]
    after[0] = made_row(1, split="test")
    after[1] = made_row(2, label="_unknown_")
    after[2] = made_row(3, clip_id="ff" * 8, audio_sha256="ee" * 32, device="board:x")
    after[3] = made_row(4, licence="CC0-1.0")
    make_dataset(tmp_path / "runs" / "one" / "dataset", before)
    make_dataset(tmp_path / "runs" / "two" / "dataset", after, version=OTHER, seed=4, frontend={"mel_bands": 32})
    return tmp_path / "runs"


def test_clips_speakers_counts_and_settings_are_compared(runs: Path) -> None:
    diff = diff_datasets(runs / "one" / "dataset", runs / "two" / "dataset")
    assert diff.added == (f"{30:016x}",) and diff.removed == ("0" * 16,)
    assert diff.speakers_added == ("s030",) and diff.speakers_removed == ("s000",)
    changes = {change.clip: dict(change.columns) for change in diff.changed}
    assert changes[f"{1:016x}"] == {"split": ("validation", "test")}
    assert changes[f"{2:016x}"] == {"label": ("yes", "_unknown_")}
    assert changes["ff" * 8]["device"] == ("", "board:x") and "audio_sha256" in changes["ff" * 8]
    assert changes[f"{4:016x}"] == {"licence": ("CC-BY-4.0", "CC0-1.0")} and len(changes) == 4
    assert diff.settings["seed"] == (3, 4) and diff.settings["frontend.mel_bands"] == (40, 32)
    assert diff.counts["label"] == {"_unknown_": (0, 1), "yes": (30, 29)}
    assert diff.counts["licence"] == {"CC-BY-4.0": (30, 29), "CC0-1.0": (0, 1)}


def test_the_same_data_set_is_said_to_be_the_same(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff_datasets(runs / "one" / "dataset", runs / "one" / "dataset").same
    assert run(["dataset", "diff", "one", "runs/one"]) == 0
    assert "the same data set" in capsys.readouterr().out


def test_the_command_prints_tables_and_json(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dataset", "diff", "runs/one", "two", "--limit", "2"]) == 0
    shown = capsys.readouterr().out
    assert "1 added, 1 removed, 4 changed" in shown and "more: --limit 0 shows them" in shown
    assert run(["dataset", "diff", "one", "two", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert not document["same"] and document["changed"][0]["columns"]["split"] == ["validation", "test"]


def test_data_sets_are_found_by_configuration_run_folder_and_version(runs: Path) -> None:
    folder = runs / "one" / "dataset"
    (runs.parent / "one.yaml").write_text("keywords: [go]\ndata: {source: folder}\n")
    with Catalog(runs.parent / "recordings") as catalog:
        catalog.made.record_dataset("sha256:" + "ab" * 32, "one", folder, ["00" * 8])
        catalog.made.record_dataset("sha256:" + "99" * 32, "one", folder, ["00" * 8])
    for name in ("one", "runs/one", "runs/one/dataset", str(folder), "one.yaml", "ababab", "sha256:ababab"):
        assert find_dataset(name, runs.parent / "recordings").resolve() == folder
    with pytest.raises(DataError, match="no data set is called so"):
        find_dataset("three", runs.parent / "recordings")
    with pytest.raises(DataError, match="no longer on this disk"):
        find_dataset("999999", runs.parent / "recordings")
    with pytest.raises(DataError, match="no data set is called so"):
        find_dataset("ababab", runs.parent / "nothing")


def test_wrong_names_are_one_line(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dataset", "diff", "one", "nothing"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    (runs / "two" / "dataset" / "manifest.parquet").write_bytes(b"broken")
    assert run(["dataset", "diff", "one", "two"]) == 2
    assert "manifest cannot be read" in capsys.readouterr().err
