"""The first step of the chain takes in a folder of any layout and notices what its source has corrected."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_layouts import make_folder_with_table

from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.config.load import load_config
from kws_data.errors import ConfigError, DataError
from kws_data.steps import RunContext, collect


def context(root: Path, said: list[str], **data: str) -> RunContext:
    settings = {"source": "folder", "folder": str(root / "data"), "layout": "folder", "recordings": str(root / "rec")}
    config = Config.model_validate({"name": "t", "keywords": ["yes"], "data": settings | data})
    return RunContext(config, 1, lambda *_: None, said.append)


def test_collect_follows_what_the_table_says(tmp_path: Path) -> None:
    table = make_folder_with_table(tmp_path / "data") / "metadata.csv"
    said: list[str] = []
    first = collect(context(tmp_path, said))
    assert any("audio/9.wav" in line for line in said) and any("mood" in line for line in said)
    assert collect(context(tmp_path, said)) == first
    fingerprints = {first}
    for old, new in (("0.wav,yes", "0.wav,no"), ("CC BY 4.0", "MIT"), ("Scottish", "Irish"), (",train,", ",test,")):
        table.write_text(table.read_text().replace(old, new))
        fingerprints.add(collect(context(tmp_path, said)))
    assert len(fingerprints) == 5, "every correction must be built anew"


def test_terms_of_the_configuration_fill_what_the_folder_leaves_out(tmp_path: Path) -> None:
    make_folder_with_table(tmp_path / "data")
    collect(context(tmp_path, [], licence="CC0-1.0", consent="asked"))
    with Catalog(tmp_path / "rec") as catalog:
        assert {clip.licence for clip in catalog.clips()} == {"CC0-1.0", "CC-BY-4.0"}
        assert "unstated" not in {clip.consent for clip in catalog.clips()}


def test_a_wrong_layout_is_one_line(tmp_path: Path) -> None:
    make_folder_with_table(tmp_path / "data")
    with pytest.raises(DataError, match="did you mean folder"):
        collect(context(tmp_path, [], layout="foldr"))
    (tmp_path / "c.yaml").write_text("keywords: [yes1]\ndata: {source: folder, folder: data, layuot: folder}\n")
    with pytest.raises(ConfigError, match="did you mean layout"):
        load_config(tmp_path / "c.yaml")
