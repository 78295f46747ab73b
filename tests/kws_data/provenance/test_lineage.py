import json
from pathlib import Path

import numpy as np
import pytest

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import KnownFile
from kws_data.catalog.folders import FolderId
from kws_data.cli import run
from kws_data.errors import DataError
from kws_data.provenance.lineage import lineage
from tests.kws_data.catalog.test_catalog import new_clip


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """A clip from a file, its recording through a board, a data set of the recording, its model and image."""
    catalog = Catalog(tmp_path)
    played = catalog.add_clip(new_clip(catalog, 1, licence="CC0-1.0"))
    catalog.remember_files(FolderId("data", "/data"), {"go/1.wav": KnownFile(1, 1, played, "", "")})
    heard = new_clip(catalog, 2, device="board:x", parent=played, origin="go/1")
    recorded = catalog.add_clip(heard)
    catalog.add_clip(new_clip(catalog, 3))
    catalog.made.record_dataset("sha256:d1a2b3c4", "demo", tmp_path / "dataset", [recorded, "00" * 8])
    catalog.made.record_model("beef01", "demo", tmp_path / "model", "sha256:d1a2b3c4")
    catalog.made.record_image("cafe02", "demo", tmp_path / "firmware", "beef01")
    return catalog


def walk(nodes: list[dict]) -> list[str]:  # type: ignore[type-arg]
    return [kind for node in nodes for kind in (node["kind"], *walk(node["next"]))]


def test_a_clip_knows_its_file_and_every_image_it_is_in(catalog: Catalog) -> None:
    played = next(clip for clip in catalog.clips() if clip.origin == "go/1" and not clip.device)
    found = lineage(catalog, played.id[:8])
    assert [(node["kind"], node["id"]) for node in found["made_from"]] == [("file", "/data/go/1.wav")]
    assert walk(found["made_of_it"]) == ["clip", "dataset", "model", "image"]
    recorded = lineage(catalog, found["made_of_it"][0]["id"])
    assert walk(recorded["made_from"]) == ["clip", "file"] and walk(recorded["made_of_it"]) == [
        "dataset",
        "model",
        "image",
    ]


def test_an_image_knows_its_clips_speakers_and_licences(catalog: Catalog, tmp_path: Path) -> None:
    found = lineage(catalog, str(tmp_path / "firmware"))
    assert found["kind"] == "image" and walk(found["made_from"]) == ["model", "dataset", "clips"]
    clips = found["made_from"][0]["next"][0]["next"][0]["about"]
    assert clips["clips"] == 2 and clips["speakers"] == 1 and clips["no longer there"] == 1
    assert walk(lineage(catalog, "d1a2b3c4")["made_of_it"]) == ["model", "image"]


def test_a_speaker_knows_what_was_made_with_them(catalog: Catalog) -> None:
    speaker = catalog.clips()[0].speaker
    assert walk(lineage(catalog, speaker)["made_of_it"]) == ["dataset", "model", "image"]


def test_what_is_unknown_or_ambiguous_is_said(catalog: Catalog) -> None:
    with pytest.raises(DataError, match="nothing in the catalogue"):
        lineage(catalog, "nobody")
    with pytest.raises(DataError, match="nothing in the catalogue"):
        lineage(catalog, "")
    with pytest.raises(DataError, match="several clips"):
        lineage(catalog, "go/1")


def test_the_command_finds_runs_that_were_built_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from kws_data.dataset.manifest_rows import write_manifest

    monkeypatch.chdir(tmp_path)
    with Catalog("recordings") as catalog:
        identity = catalog.add_clip(new_clip(catalog, 1))
    for run_name, clip in (("ours", identity), ("other", "12" * 8)):
        folder = tmp_path / "runs" / run_name / "dataset"
        folder.mkdir(parents=True)
        write_manifest(folder / "manifest.parquet", [{"clip_id": clip}])
        (folder / "dataset.json").write_text(json.dumps({"version": f"sha256:{run_name}", "config": run_name}))
    (tmp_path / "runs" / "broken" / "dataset").mkdir(parents=True)
    (tmp_path / "runs" / "broken" / "dataset" / "dataset.json").write_text("{")
    assert run(["catalog", "--lineage", identity, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [node["id"] for node in document["made_of_it"]] == ["sha256:ours"]
    assert run(["catalog", "--lineage", "runs/ours/dataset"]) == 0
    assert "sha256:ours" in capsys.readouterr().out
    assert np.array_equal(Catalog("recordings").made.members("sha256:ours"), [identity])
