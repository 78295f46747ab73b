"""The folder of a data set that a person names: a configuration, a run, a folder, or a version on record."""

from __future__ import annotations

from pathlib import Path

from firmware_tools.home import in_home
from kws_data.catalog.artifacts import Artifact
from kws_data.catalog.catalog import Catalog
from kws_data.config.load import load_config, shipped_configurations
from kws_data.errors import DataError
from kws_data.provenance.register import lies_there
from kws_data.run_folder import DATASET_FILE

_SHORTEST = 6


def find_dataset(name: str, recordings: Path, runs: Path = Path("runs")) -> Path:
    """Folder with the ``dataset.json`` of what ``name`` means.

    Args:
        name: a configuration file, the name of a run, a folder, or (the beginning of) a version that the catalogue
            has on record.
        recordings: folder of the catalogue.
        runs: folder with the runs.

    Raises:
        DataError: nothing is called so, or it was not built, or what was built there since is another version.
        ConfigError: a configuration that cannot be read.
    """
    path = in_home(name)
    configured = path.suffix in (".yaml", ".yml") or (name in shipped_configurations() and not (runs / name).is_dir())
    if configured:
        path = runs / run_name(path)
    for folder in (path, path / "dataset", runs / name / "dataset"):
        if (folder / DATASET_FILE).is_file():
            return folder
    if configured:
        raise DataError("data set is not built", name, f"call kws build {name}")
    return _on_record(name, recordings)


def run_name(config_file: Path) -> str:
    """Name of the run of a configuration, wherever its clips come from."""
    return load_config(config_file, ["data.source=synthetic"]).name


def _on_record(name: str, recordings: Path) -> Path:
    version = name.removeprefix("sha256:")
    found: list[Artifact] = []
    if len(version) >= _SHORTEST and (recordings / "catalog.sqlite").exists():
        with Catalog(recordings) as catalog:
            datasets = catalog.made.artifacts(kind="dataset")
        found = [one for one in datasets if one.id.removeprefix("sha256:").startswith(version)]
    if len(found) > 1:
        raise DataError("several data sets answer to this", name, f"name one: {', '.join(one.id for one in found)}")
    if not found:
        raise DataError("no data set is called so", name, "name a configuration, a run, a folder or a version")
    for place in found[0].places:
        if lies_there(found[0], place.path):
            return Path(place.path)
    where = ", ".join(place.path for place in found[0].places)
    raise DataError("this version is no longer on this disk", found[0].id, f"it was built in {where}: build it again")
