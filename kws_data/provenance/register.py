"""Notes in the catalogue what lies below ``runs/``: data sets, models and firmware images.

The steps call it for what they made; :func:`register_runs` finds what was made before the catalogue kept such notes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kws_data.catalog.artifacts import Artifact
from kws_data.catalog.catalog import Catalog
from kws_data.dataset.manifest import manifest_ids
from kws_data.errors import DataError


def register_dataset(catalog: Catalog, folder: Path) -> bool:
    """Note the data set in ``folder``; False when there is no whole one.

    Raises:
        DataError: its manifest cannot be read.
    """
    info = _read(folder / "dataset.json")
    if "version" not in info:
        return False
    config_sha256 = str(info.get("config_sha256", ""))
    catalog.made.record_dataset(
        info["version"], str(info.get("config", "")), folder, manifest_ids(folder), config_sha256
    )
    return True


def register_model(catalog: Catalog, folder: Path) -> bool:
    """Note the model of the bundle in ``folder``; False when there is no whole one."""
    bundle = _read(folder / "bundle.json")
    if not {"model_sha256", "dataset_version"} <= bundle.keys():
        return False
    catalog.made.record_model(bundle["model_sha256"], str(bundle.get("config", "")), folder, bundle["dataset_version"])
    return True


def register_image(catalog: Catalog, folder: Path, model_folder: Path) -> bool:
    """Note the firmware image in ``folder``, which carries the model of the bundle in ``model_folder``."""
    size, bundle = _read(folder / "size.json"), _read(model_folder / "bundle.json")
    if "sha256" not in size or "model_sha256" not in bundle:
        return False
    catalog.made.record_image(size["sha256"], str(bundle.get("config", "")), folder, bundle["model_sha256"])
    return True


def register_runs(catalog: Catalog, runs: Path) -> None:
    """Note all data sets, models and images of ``runs/<name>`` that the catalogue does not know at their place.

    Data sets that share no clip with the catalogue are another catalogue's, and so is what was made of them.
    """
    known = {(artifact.id, place.path) for artifact in catalog.made.artifacts() for place in artifact.places}
    for run in sorted(path for path in runs.iterdir() if path.is_dir()) if runs.is_dir() else []:
        dataset, model = run / "dataset", run / "model"
        version = _read(dataset / "dataset.json").get("version")
        if version and (version, str(dataset.resolve())) not in known and _is_ours(catalog, dataset):
            register_dataset(catalog, dataset)
        bundle = _read(model / "bundle.json")
        made_here = catalog.made.artifact(str(bundle.get("dataset_version", ""))) is not None
        if made_here and (bundle.get("model_sha256"), str(model.resolve())) not in known:
            register_model(catalog, model)
        firmware = run / "firmware"
        if made_here and (_read(firmware / "size.json").get("sha256"), str(firmware.resolve())) not in known:
            register_image(catalog, firmware, model)


def lies_there(artifact: Artifact, path: str) -> bool:
    """Whether a place still holds this very artifact, and not nothing or another version."""
    folder = Path(path)
    if artifact.kind == "dataset":
        return bool(_read(folder / "dataset.json").get("version") == artifact.id)
    if artifact.kind == "model":
        return bool(_read(folder / "bundle.json").get("model_sha256") == artifact.id)
    if artifact.kind == "image":
        return bool(_read(folder / "size.json").get("sha256") == artifact.id)
    return folder.exists()


def _is_ours(catalog: Catalog, dataset: Path) -> bool:
    try:
        return bool(catalog.known_ids(manifest_ids(dataset)[:100]))
    except DataError:
        return False


def _read(path: Path) -> dict[str, Any]:
    """A JSON file, or nothing where there is none that can be read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
