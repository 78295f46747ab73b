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
from kws_data.dataset.backgrounds import extra_noises
from kws_data.errors import ConfigError, DataError
from kws_data.run_context import RunContext
from kws_data.sources.synth.doubts import doubts
from kws_data.sources.synth.noise import COLOURS
from kws_data.sources.synth.noises.kinds import KINDS
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
        line, _ = [line for line in said if str(tmp_path / name) in line]
        assert "set aside, 1: " in line and "bad.wav (" in line
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


def test_rich_noise_is_brought_in_where_it_is_asked_for_and_recorded_noise_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kws_data.sources.synth.rich_noise.SECONDS", 1)
    make_folder(tmp_path / "data", speakers=2)
    plain = collect(context(tmp_path, [], layout="speech-commands"))
    rich = context(tmp_path, [], layout="speech-commands", generated_noise="rich")
    assert collect(rich) != plain and collect(rich) == collect(rich)
    with Catalog(tmp_path / "rec") as catalog:
        assert len(extra_noises(rich.config, catalog)) == len(KINDS) == len(catalog.clips(source="noise"))
    assert collect(context(tmp_path, [], layout="speech-commands")) == plain


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"room_folder": "nowhere"}, "data.room_folder would have no effect: augment.room_probability is 0"),
        ({"source": "synthetic"}, "data.folder would have no effect: data.source is synthetic"),
    ],
)
def test_a_folder_without_effect_is_refused(tmp_path: Path, data: dict[str, str], told: str) -> None:
    make_folder_with_table(tmp_path / "data")
    with pytest.raises(DataError, match=told):
        collect(context(tmp_path, [], **data))


def test_what_was_set_aside_is_told_again_at_the_end_and_stays_in_the_catalogue(tmp_path: Path) -> None:
    """Broken files of noise and speech, and lines of tables, by reason; all of them are listed by kws catalog."""
    make_folder(tmp_path / "data", speakers=3)
    noise = tmp_path / "noise"
    write_flac(noise / "good.flac", np.ones(16_000, np.int16), 16_000)
    for name in ("a.wav", "b.wav", "c.wav"):
        (noise / name).write_bytes(b"no audio")
    (tmp_path / "data" / "go" / "bad.wav").write_bytes(b"RIFF")
    said: list[str] = []
    ctx = context(tmp_path, said, layout="speech-commands", noise_folder=str(noise))
    for _ in range(2):
        collect(ctx)
        own = [line for line in ctx.closing if line.startswith("noise folder")]
        assert "set aside, 3: file is no audio or is damaged, such as " in own[0] and "b.wav" in own[0]
        assert own[1].endswith(f"kws catalog --recordings {tmp_path / 'rec'} --set-aside")
        assert any(line.startswith("data folder") and "go/bad.wav" in line for line in ctx.closing)
        ctx.closing.clear()
    with Catalog(tmp_path / "rec") as catalog:
        files = [row["file"] for row in catalog.set_aside_files()]
    assert files == ["go/bad.wav", *(f"_background_noise_/{name}.wav" for name in "abc")]


def test_problems_of_a_table_are_in_the_catalogue_until_they_are_mended(tmp_path: Path) -> None:
    table = make_folder_with_table(tmp_path / "data") / "metadata.csv"
    whole = table.read_text()
    table.write_text(whole + "../x.wav,yes\n../y.wav,yes\n")
    collect(context(tmp_path, []))
    with Catalog(tmp_path / "rec") as catalog:
        listed = [row for row in catalog.set_aside_files() if row["file"].startswith("metadata.csv line")]
        assert len(listed) >= 2 and all(row["reason"] for row in listed)
    table.write_text(whole)
    collect(context(tmp_path, []))
    with Catalog(tmp_path / "rec") as catalog:
        assert len([r for r in catalog.set_aside_files() if r["file"].startswith("metadata.csv")]) == len(listed) - 2


def test_keywords_that_sound_alike_are_told(tmp_path: Path) -> None:
    config = Config.model_validate({"name": "t", "keywords": ["sea", "see", "go", "你好"]})
    sea, hello = doubts(config)
    assert "sea and see sound the same" in sea and "你好 is written in Chinese or Japanese letters" in hello
    assert doubts(Config.model_validate({"name": "t", "keywords": ["go", "stop", "naïve", "hey_jarvis"]})) == []
    own = {"source": "folder", "folder": "x"}
    assert doubts(Config.model_validate({"name": "t", "keywords": ["sea", "see"], "data": own})) == []
