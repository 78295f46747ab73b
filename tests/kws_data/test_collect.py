"""The first step of the chain takes in a folder of any layout and notices what its source has corrected."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder
from made_layouts import make_folder_with_table

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import generated_noise_id
from kws_data.config.augment import AugmentSettings
from kws_data.config.config import Config
from kws_data.config.load import load_config
from kws_data.config.release import ReleaseSettings
from kws_data.errors import ConfigError, DataError
from kws_data.run_context import RunContext
from kws_data.sources.synth.noise import COLOURS
from kws_data.steps import collect


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


def test_noise_and_rooms_are_brought_in_and_what_is_set_aside_is_told(tmp_path: Path) -> None:
    make_folder(tmp_path / "data", speakers=2)
    folders = {"noise_folder": "fans", "room_folder": "halls"}
    for name in folders.values():
        write_flac(tmp_path / name / "good.flac", np.arange(8_000, dtype=np.int16), 16_000)
        (tmp_path / name / "bad.wav").write_text("no audio")
    said: list[str] = []
    seen: list[tuple[str, int, int]] = []
    places = {setting: str(tmp_path / name) for setting, name in folders.items()}
    ctx = context(tmp_path, said, layout="speech-commands", **places)
    ctx = replace(ctx, config=ctx.config.model_copy(update={"augment": AugmentSettings(room_probability=1.0)}))
    ctx = replace(ctx, progress=lambda *told: seen.append(told))
    first = collect(ctx)
    for name in folders.values():
        (line,) = [line for line in said if str(tmp_path / name) in line]
        assert "1 files set aside, such as" in line and "bad.wav: " in line
    assert [told for told in seen if told[0] == "import"].count(("import", 2, 2)) == 2
    with Catalog(tmp_path / "rec") as catalog:
        assert len(catalog.clips(source="noise")) == len(catalog.clips(source="rooms")) == 1, "and no noise is made"
    assert collect(ctx) == first
    (tmp_path / "fans" / "metadata.csv").write_text("file,licence\ngood.flac,MIT\n")
    assert collect(ctx) != first, "what is said of a noise is built anew"
    (tmp_path / "halls" / "good.flac").unlink()
    with pytest.raises(DataError, match=r"no file of the room folder can be used.*bad\.wav"):
        collect(ctx)


def test_noise_is_made_where_none_may_be_used(tmp_path: Path) -> None:
    make_folder(tmp_path / "data", speakers=2)
    ctx = context(tmp_path, [], layout="speech-commands")
    collect(ctx)
    with Catalog(tmp_path / "rec") as catalog:
        assert not catalog.clips(source="noise")
    strict = ctx.config.model_copy(update={"release": ReleaseSettings(licences=["CC-BY-4.0"])})
    collect(replace(ctx, config=strict))  # the folder's own noise states no licence
    with Catalog(tmp_path / "rec") as catalog:
        made = catalog.clips(source="noise")
        assert len(made) == len(COLOURS) and made == catalog.clips(folder=generated_noise_id(0, 16_000))
