"""A build on a Ray cluster of two nodes is the build of one machine, also when a worker is killed."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder

from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.build import BuildOptions, build_dataset, recipe_of
from kws_data.dataset.plan import plan_dataset
from kws_data.errors import CatalogError, DataError
from kws_data.features.compute import WORK
from kws_data.features.ray_workers import RayEngine, compute_table
from kws_data.sources.imports.find_layout import import_layout


def config(folder: Path, **changes: object) -> Config:
    values: dict[str, object] = {
        "name": "small",
        "keywords": ["go", "stop"],
        "data": {"source": "folder", "folder": str(folder), "record_test_clips": 0},
        "split": {"test": "validation_list", "validation_share": 0.2},
        "augment": {"copies": 60, "pitch_probability": 0.5, "room_probability": 0.5},
    }
    return Config.model_validate({**values, **changes})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "data")


def catalog_of(folder: Path, place: Path) -> Catalog:
    catalog = Catalog(place)
    import_layout(catalog, "speech-commands", folder)
    return catalog


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Ray warns of its own settings
def test_two_nodes_and_a_killed_worker_give_the_same_data_set(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray.data")
    from kws_data.bench.build.ray_cluster import WorkerKiller, two_nodes

    settings = config(folder)
    with catalog_of(folder, tmp_path / "one") as catalog:
        alone = build_dataset(settings, catalog, tmp_path / "alone", BuildOptions(1))
    with two_nodes() as cluster, catalog_of(folder, tmp_path / "two") as catalog:
        store = tmp_path / "store"
        places = BuildOptions(2, RayEngine(), f"file://{catalog.folder}", f"file://{store}")
        with WorkerKiller(cluster, store) as killer:
            spread = build_dataset(settings, catalog, tmp_path / "spread", places)
        assert killer.killed is not None
        assert spread.version == alone.version and files(tmp_path / "alone") == files(tmp_path / "spread")
        assert not (catalog.folder / "features").exists() and any(store.glob("*/*.shard"))

        noise = plan_dataset(settings, catalog).noises[0].audio_sha256
        (catalog.folder / "audio" / noise[:2] / f"{noise}.flac").write_bytes(b"broken")
        with pytest.raises(CatalogError, match="missing or damaged"):
            build_dataset(config(folder, seed=5), catalog, tmp_path / "broken", places)


def test_without_ray_there_is_one_clear_line(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        catalog_of(folder, tmp_path / "rec") as catalog,
        pytest.raises(DataError, match=r"Ray is not installed.*pip install .kws\[ray\]"),
    ):
        build_dataset(config(folder), catalog, tmp_path / "out", BuildOptions(2, RayEngine()))


def test_a_node_with_another_kws_is_refused(folder: Path, tmp_path: Path) -> None:
    import pyarrow

    with catalog_of(folder, tmp_path / "rec") as catalog:
        recipe = recipe_of(config(folder), catalog, plan_dataset(config(folder), catalog))
    table = pyarrow.table({"work": pyarrow.array([np.zeros((), WORK).tobytes()], pyarrow.binary(WORK.itemsize))})
    with pytest.raises(DataError, match="another kws"):
        compute_table(table, replace(recipe, code="of last year"))
